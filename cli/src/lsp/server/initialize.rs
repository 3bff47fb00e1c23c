//! The beginning of a connection: what the editor and the server can do.

use hostprocess_linter::units::Encoding;
use lsp_server::{Connection, ProtocolError, Response};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, HoverProviderCapability, MarkupKind,
    PositionEncodingKind, SaveOptions, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
};
use serde_json::{Value, json};

use crate::lsp::actions::FIX_ALL;

/// The abilities of the editor.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    /// The units in which it counts columns.
    pub encoding: Encoding,
    /// Whether it takes edits of a version of a document.
    pub takes_versioned_edits: bool,
    /// Whether it watches files for a server.
    pub watches_files: bool,
    /// Whether it shows Markdown in hovers.
    pub takes_markdown: bool,
}

/// Agrees with the editor about both sides' abilities.
///
/// # Errors
/// The editor does not begin with `initialize`.
pub fn initialize(connection: &Connection) -> Result<Client, ProtocolError> {
    let (id, params) = connection.initialize_start()?;
    let client = client(&params["capabilities"]);
    let server = json!({ "name": "hostprocess", "version": env!("HOSTPROCESS_VERSION") });
    let answer = json!({ "capabilities": server_capabilities(client), "serverInfo": server });
    // An editor that has gone away is noticed when the next message is read.
    let _ = connection.sender.send(Response::new_ok(id, answer).into());
    Ok(client)
}

/// UTF-8, which needs no counting, where the editor knows it; UTF-16 is what every editor knows.
fn client(capabilities: &Value) -> Client {
    let is = |pointer: &str| capabilities.pointer(pointer) == Some(&Value::Bool(true));
    let encodings = capabilities.pointer("/general/positionEncodings").and_then(Value::as_array);
    let takes_utf8 = encodings.is_some_and(|encodings| encodings.contains(&json!(PositionEncodingKind::UTF8)));
    let formats = capabilities.pointer("/textDocument/hover/contentFormat").and_then(Value::as_array);
    Client {
        encoding: if takes_utf8 { Encoding::Utf8 } else { Encoding::Utf16 },
        takes_versioned_edits: is("/workspace/workspaceEdit/documentChanges"),
        watches_files: is("/workspace/didChangeWatchedFiles/dynamicRegistration"),
        takes_markdown: formats.is_some_and(|formats| formats.contains(&json!(MarkupKind::Markdown))),
    }
}

fn server_capabilities(client: Client) -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::FULL),
        save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions::default())),
        ..TextDocumentSyncOptions::default()
    };
    let code_actions = CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::new(FIX_ALL)]),
        ..CodeActionOptions::default()
    };
    ServerCapabilities {
        position_encoding: Some(match client.encoding {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
        }),
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(code_actions)),
        ..ServerCapabilities::default()
    }
}
