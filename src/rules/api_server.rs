//! Marks rules that mirror the validation of kube-apiserver.

/// Whether kube-apiserver itself rejects the findings of a rule in native kinds. Its validation runs before validating
/// webhooks, so a rule that mirrors it matters only for custom workload kinds, offline checks and audits of old
/// objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiServer {
    /// It admits objects with the finding.
    Accepts,
    /// It rejects objects with the finding.
    Refuses,
    /// It rejects some of the findings; the text describes them.
    Partly(&'static str),
}
