//! The configuration of an image.

use crate::decode::{List, record};

record! {
    /// The part of an image's configuration that a start depends on, as the OCI image specification names it.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by the OCI image specification")]
    pub struct ImageConfig<'a> {
        /// Whether the elements are already a command line. `docker build` sets it for the shell form on Windows.
        pub args_escaped: Option<bool> = "ArgsEscaped",
        pub cmd: List<&'a str> = "Cmd",
        pub entrypoint: List<&'a str> = "Entrypoint",
        pub env: List<&'a str> = "Env",
        pub user: Option<&'a str> = "User",
        pub working_dir: Option<&'a str> = "WorkingDir",
    }
}

impl ImageConfig<'_> {
    /// Whether [`ImageConfig::args_escaped`] is set.
    pub fn is_escaped(&self) -> bool {
        self.args_escaped == Some(true)
    }
}
