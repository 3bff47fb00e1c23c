//! Files generated from the output of the command: its schemas, and the picture in the README.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::File;

/// The schema that the chart repeats.
pub const SETTINGS_SCHEMA: &str = "docs/schema/settings.schema.json";

/// The output of `hostprocess` in the root of the repository, which must exit with this code.
fn printed(program: &Path, arguments: &[&str], code: i32) -> Result<String> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(fixtures::repository()).env("CLICOLOR_FORCE", "1");
    let output = command.output().with_context(|| program.display().to_string())?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.code() == Some(code), "hostprocess {}: {}\n{stderr}", arguments.join(" "), output.status);
    Ok(String::from_utf8(output.stdout)?)
}

/// The schemas for editors.
pub fn schemas(program: &Path) -> Result<Vec<File>> {
    let schema = |subject: &str| {
        let path = format!("docs/schema/{subject}.schema.json");
        Ok(File::new(path, printed(program, &["schema", subject], 0)?))
    };
    ["config", "output", "output-v2", "plan", "settings"].into_iter().map(schema).collect()
}

/// A picture of three findings in a terminal.
pub fn picture(program: &Path) -> Result<File> {
    let rules = "run-as-non-root,named-pipe-mount,nt-authority-spelling";
    let printed = printed(program, &["check", "--rules", rules, "examples/broken.yaml"], 1)?;
    let diagnostics: Vec<&str> = printed.split("\n\n").take(3).map(without_page).collect();
    let text = format!("$ hostprocess check examples/broken.yaml\n{}\n", diagnostics.join("\n\n"));
    Ok(File::new("docs/check.svg", anstyle_svg::Term::new().render_svg(&text)))
}

/// A diagnostic without its last line, the address of the rule's page.
fn without_page(diagnostic: &str) -> &str {
    diagnostic.rsplit_once('\n').map_or(diagnostic, |(rest, _)| rest)
}
