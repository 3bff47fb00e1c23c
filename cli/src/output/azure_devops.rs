//! The format for Azure Pipelines: a logging command for each result, which becomes an issue of the task.
//!
//! The agent parses them in `src/Microsoft.VisualStudio.Services.Agent/Command.cs` and decodes them in
//! `src/Agent.Sdk/CommandStringConvertor.cs` (microsoft/azure-pipelines-agent, read in source). The exit code decides
//! whether the task failed: `task.complete` is not written, because it would override `continueOnError` and the codes
//! of later commands.

use std::io::{self, Write};

use hostprocess_linter::Report;

use crate::output::annotations::{self, Annotation};

/// Writes the logging commands.
///
/// # Errors
/// They cannot be written.
pub fn render(report: &Report, to: &mut impl Write) -> io::Result<()> {
    annotations::of(report).try_for_each(|annotation| to.write_all(command(&annotation).as_bytes()))
}

fn command(Annotation { level, file, place: (line, column), id, message }: &Annotation) -> String {
    let level = if *level == "notice" { "warning" } else { level };
    let (file, code, message) = (encoded(file), encoded(id), encoded(message));
    let place = format!("sourcepath={file};linenumber={line};columnnumber={column}");
    format!("##vso[task.logissue type={level};{place};code={code}]{message}\n")
}

/// Escapes properties and messages, which the agent decodes alike, with `%AZP25` last.
fn encoded(text: &str) -> String {
    let text = text.replace('%', "%AZP25").replace(';', "%3B");
    text.replace('\r', "%0D").replace('\n', "%0A").replace(']', "%5D")
}
