//! Which rules mirror the validation in kube-apiserver.

/// Whether kube-apiserver itself refuses, in native kinds, what a rule reports. Its validation runs before validating
/// webhooks, so a rule that mirrors it matters only for custom workload kinds, offline checks and audits of old
/// objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiServer {
    /// It admits what the rule reports.
    Accepts,
    /// It refuses what the rule reports.
    Refuses,
    /// It refuses part of what the rule reports; the text says which part.
    Partly(&'static str),
}
