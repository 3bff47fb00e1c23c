//! The linter behind the `hostprocess` command and the playground. It turns text into objects, findings with places,
//! and fixed text.
//!
//! ```text
//! let settings = Settings::parse("settings.yaml", settings)?;
//! let tree = settings.tree();
//! let linter = Linter::new(&tree, Arc::new(NoCluster)).map_err(|invalid| settings.error(invalid))?;
//! let report = linter.check(File::parse("agent.yaml", text.to_owned()));
//! let fixed = fix(&linter, "agent.yaml", text, Reach::Command, &mut |_| {});
//! ```
//!
//! A text becomes a [`source::Source`], in which every [`source::Place`] is a range of bytes. [`manifest`] finds its
//! objects, including those in admission [`request`]s. [`mod@linter`] judges them with [`settings`] and assumptions
//! about their [`creation`], and queries a cluster or its [`recorded`] answers. [`comment`]s waive findings. A
//! [`report`] holds the result. [`edit`] turns the patches of findings into edits, and [`mod@fix`] applies them.
//! [`embedded`] finds HostProcess pods in unusual places. [`catalogue`] has the rules and their pages, [`kubewarden`]
//! the Kubewarden policies among the objects. A [`mod@plan`] shows how nodes would start the containers of an object.
//! [`units`] converts places to the lines and columns of editors.
//!
//! This crate does not read files, use the network, start threads or run WebAssembly.

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
