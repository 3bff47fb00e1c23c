//! The format for GitHub Actions: a workflow command for each result, which becomes an annotation on the file.
//!
//! The format is in GitHub's "Workflow commands for GitHub Actions"; the escapes follow its toolkit
//! (`packages/core/src/command.ts`, recalled).

use std::io::{self, Write};

use hostprocess_linter::Report;

use crate::output::annotations::{self, Annotation};
use crate::output::escape;

/// Writes the workflow commands.
///
/// # Errors
/// They cannot be written.
pub fn render(report: &Report, to: &mut impl Write) -> io::Result<()> {
    annotations::of(report).try_for_each(|annotation| to.write_all(command(&annotation).as_bytes()))?;
    report.notices().iter().try_for_each(|notice| {
        let level = if notice.is_error { "error" } else { "notice" };
        writeln!(to, "::{level} title={}::{}", property(notice.name), data(&escape::lines(&notice.text)))
    })
}

fn command(Annotation { level, file, place: (line, column), id, message }: &Annotation) -> String {
    let (file, title) = (property(file), property(id));
    format!("::{level} file={file},line={line},col={column},title={title}::{}\n", data(message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
