//! The linter behind the `hostprocess` command and its page: texts in; objects, findings with their places, fixes and edited texts out.
//!
//! ```text
//! let settings = Settings::parse("settings.yaml", settings)?;
//! let tree = settings.tree();
//! let linter = Linter::new(&tree, Arc::new(NoCluster)).map_err(|invalid| settings.error(invalid))?;
//! let report = linter.check(File::parse("agent.yaml", text.to_owned()));
//! let fixed = fix(&linter, "agent.yaml", text, Reach::Command, &mut |_| {});
//! ```
//!
//! A text becomes a [`source::Source`], in which every [`source::Place`] is a range of bytes. [`manifest`] finds its objects, which may
//! be in admission [`request`]s, [`mod@linter`] judges them with [`settings`] and what is assumed about their [`creation`], and asks a
//! cluster or its [`recorded`] answers. [`comment`]s waive findings. A [`report`] holds the result; [`mod@fix`] applies what
//! [`edit`] makes of the findings' patches. [`embedded`] finds HostProcess pods where no kind of Kubernetes keeps them. [`catalogue`] has the rules and their pages, [`kubewarden`] the policies among the objects. A [`mod@plan`] says what nodes
//! would do with the containers of an object. [`units`] counts places as editors do.
//!
//! Nothing here reads files, asks a network, starts threads or runs WebAssembly.

pub mod catalogue;
pub mod comment;
pub mod creation;
pub mod document;
pub mod edit;
pub mod embedded;
pub mod fix;
pub mod kubewarden;
pub mod linter;
pub mod manifest;
pub mod object;
pub mod plan;
mod quotes;
pub mod recorded;
pub mod report;
pub mod request;
pub mod settings;
pub mod source;
pub mod units;

pub use creation::Creation;
pub use fix::{Fixed, fix};
pub use linter::{Linter, SharedHost};
pub use manifest::File;
pub use plan::Planner;
pub use report::{FileReport, Report};
pub use settings::Settings;
