//! Arguments that describe how objects are created.

use hostprocess_linter::Creation;

/// Where an object is created, and by whom.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct CreationArgs {
    /// Namespace of objects whose manifests set none [default: default]
    #[arg(long, value_name = "NS")]
    namespace: Option<String>,
    /// User who creates the objects of manifests
    ///
    /// Without it, rules that depend on the requester warn that they could not judge.
    #[arg(long = "as", value_name = "USER")]
    user: Option<String>,
    /// Group of that user; may be repeated
    ///
    /// As with kubectl, `system:authenticated` is added, and a service account gets its standard groups unless groups
    /// are given.
    #[arg(long = "as-group", value_name = "GROUP", requires = "user")]
    groups: Vec<String>,
}

impl CreationArgs {
    /// The assumptions about the request that creates the objects.
    pub fn creation(&self) -> Creation {
        let CreationArgs { namespace, user, groups } = self.clone();
        Creation { namespace, user, groups, ..Creation::default() }
    }
}
