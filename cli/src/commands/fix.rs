//! `hostprocess fix`: fixes findings, or prints the fixes as a diff.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use hostprocess_linter::Linter;
use hostprocess_linter::fix::{Fixed, MAX_PASSES, fix as fix_text};
use hostprocess_linter::report::Run;
use similar::TextDiff;
use tempfile::NamedTempFile;
use windows_hostprocess_policy::finding::patch::Reach;
use windows_hostprocess_policy::wording::escaped;

use crate::commands::error::Error;
use crate::commands::lint_options::LintOptions;
use crate::discover::{Input, STDIN, Search};
use crate::output::{escape, is_styled, report_run, write_stderr, write_stdout};
use crate::waivers::configured::Waivers;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The arguments of `fix`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders, or `-` for standard input, which is printed with its fixes unless --diff is given
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Exclude files matching GLOB when searching folders, as in .gitignore and relative to the current folder; may be
    /// repeated
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Print a diff and write nothing; this is the default
    #[arg(long, conflicts_with = "write")]
    diff: bool,
    /// Write the fixes to the files
    #[arg(long)]
    write: bool,
    /// Also apply fixes that drop a guarantee or affect other objects
    #[arg(long = "unsafe")]
    is_unsafe: bool,
    #[command(flatten)]
    lint: LintOptions,
}

/// Prints or writes the fixes. The exit code is 0 when there was nothing to fix or all fixes were written, 1 when
/// changes are only shown, 2 when an input could not be read, edited or written.
///
/// # Errors
/// The configuration, the settings or a glob are not valid, or standard output cannot be written.
pub fn fix(args: &Args) -> Result<u8, Error> {
    let configuration = args.lint.configuration(args.paths.first().map(PathBuf::as_path))?;
    let settings = args.lint.settings(&configuration)?;
    let tree = settings.tree();
    let linter = args.lint.linter(&settings, &tree)?;
    let excluded = configuration.excluded()?;
    let (paths, exclude, excluded) = (&args.paths, &args.exclude, Some(&excluded));
    let search = Search { paths, exclude, excluded, stdin: STDIN, ..Search::default() };
    let mut waivers = configuration.waivers()?;
    let mut code = 0;
    let (inputs, left_out) = search.find()?;
    for input in inputs {
        code = code.max(fix_input(args, &linter, &mut waivers, input)?);
    }
    report_run(Run { left_out, configuration: configuration.in_effect(), ..Run::default() });
    Ok(code)
}

fn fix_input(args: &Args, linter: &Linter, waivers: &mut Waivers, input: Input) -> Result<u8, Error> {
    let path = input.path().map(Path::to_owned);
    let leads_out = input.leads_out();
    let file = input.read();
    let name = file.source.name.clone();
    if let Some(chart) = &file.chart {
        let note = format!("{name} is a template of the Helm chart {}, which is not edited", chart.display());
        eprintln!("note: {}", escaped(&note));
        return Ok(0);
    }
    for problem in &file.problems {
        eprintln!("error: {}", escaped(&problem.line(&name)));
    }
    let reach = if args.is_unsafe { Reach::OnDemand } else { Reach::Command };
    let text = file.source.text();
    let fixed = fix_text(linter, &name, text, reach, &mut |objects| waivers.waive(&name, objects));
    for refused in &fixed.refused {
        eprintln!("error: {}", escaped(&refused.to_string()));
    }
    if fixed.is_unfinished {
        eprintln!("error: {}: not finished after {MAX_PASSES} passes: run the command again", escaped(&name));
    }
    let code = if file.problems.is_empty() && fixed.refused.is_empty() && !fixed.is_unfinished { 0 } else { 2 };
    match path {
        None if !args.diff => write_stdout(&fixed.text)?,
        _ if fixed.count == 0 => {}
        Some(_) if args.write && leads_out => {
            let name = escaped(&name);
            eprintln!(
                "error: {name}: not written, because it is a link out of the folder: name the target file instead"
            );
            return Ok(2);
        }
        Some(path) if args.write => return Ok(code.max(write_and_report(&path, &name, &fixed))),
        _ => {
            write_stdout(&diff(&name, text, &fixed.text))?;
            return Ok(code.max(1));
        }
    }
    Ok(code)
}

/// Writes the fixed text and returns the exit code.
fn write_and_report(path: &Path, name: &str, fixed: &Fixed) -> u8 {
    let name = escaped(name);
    match write(path, &fixed.text) {
        Ok(()) => {
            write_stderr(&format!(
                "{name}: fixed {} finding{}\n",
                fixed.count,
                if fixed.count == 1 { "" } else { "s" }
            ));
            0
        }
        Err(error) => {
            eprintln!("error: {name}: cannot be written: {error}");
            2
        }
    }
}

/// Replaces a file atomically and keeps its permissions and byte order mark. A link stays a link.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let path = fs::canonicalize(path)?;
    // Renaming would replace even a read-only file.
    fs::OpenOptions::new().write(true).open(&path)?;
    let mark = if fs::read(&path)?.starts_with(BYTE_ORDER_MARK.as_bytes()) { BYTE_ORDER_MARK } else { "" };
    let mut temporary = NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    temporary.write_all(mark.as_bytes())?;
    temporary.write_all(text.as_bytes())?;
    temporary.as_file().set_permissions(fs::metadata(&path)?.permissions())?;
    temporary.persist(&path)?;
    Ok(())
}

/// A unified diff.
fn diff(name: &str, before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let name = escaped(name).to_string();
    let text = diff.unified_diff().context_radius(3).header(&name, &name).to_string();
    let text = escape::source(&text);
    if !is_styled() {
        return text;
    }
    let coloured = |line: &str| {
        let style = match line.as_bytes().first() {
            Some(b'+') => Style::new().fg_color(Some(AnsiColor::Green.into())),
            Some(b'-') => Style::new().fg_color(Some(AnsiColor::Red.into())),
            _ => Style::new(),
        };
        format!("{style}{line}{style:#}")
    };
    text.split_inclusive('\n').map(coloured).collect()
}
