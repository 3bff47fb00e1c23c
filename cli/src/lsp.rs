//! The linter behind the Language Server Protocol, over standard input and output.
//!
//! [`server`] takes the messages of [`transport`] and answers them; whatever takes time is a [`task`], which runs on a thread and has a copy
//! of the document.
//! [`mod@check`] makes diagnostics of a text, [`actions`] code actions of their findings, [`hover`] shows pages of rules and plans.
//! [`position`] translates between places in a text and those of the protocol.

mod actions;
mod check;
mod document;
mod hover;
mod position;
mod server;
mod setup;
mod task;
mod transport;

pub use server::{Limits, serve};
pub use setup::{Load, Setup};
pub use transport::stdio;
