//! What the API server refuses too.

/// Whether kube-apiserver refuses the same in native kinds. Its validation runs before validating webhooks, so a rule that
/// mirrors it matters only for custom workload kinds, offline checks and audits of old objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiServer {
    /// It admits what the rule reports.
    Accepts,
    /// It refuses what the rule reports.
    Refuses,
    /// It refuses some of it; the text says what.
    Partly(&'static str),
}
