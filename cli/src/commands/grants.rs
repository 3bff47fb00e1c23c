//! `hostprocess grants`: what to write in `allow`.

use std::path::PathBuf;

use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::NoCluster;
use windows_hostprocess_policy::judge::judge;
use windows_hostprocess_policy::rules::access::coverage::{Needs, needs};
use windows_hostprocess_policy::wording::escaped;

use crate::grants::Grants;
use crate::input::creation::Creation;
use crate::input::files::{STDIN, Search};
use crate::input::manifest::File;
use crate::input::object::{Given, Object};
use crate::output::write_stdout;

/// The arguments of `grants`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders, or `-` for standard input, as for `check`
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Leave out what this glob matches in folders, as in .gitignore and relative to the current folder; may be repeated
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Namespace of objects whose manifests name none [default: default]
    #[arg(long, short, value_name = "NS")]
    namespace: Option<String>,
    /// Output format
    #[arg(long, short, value_enum, default_value_t = Format::Yaml)]
    output: Format,
}

/// How to print the grants.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// With comments that say where each grant comes from
    Yaml,
    /// Without
    Json,
}

/// Prints the grants. The exit code is 2 when something could not be read or granted, which is told on standard error.
///
/// # Errors
/// A glob is not valid.
pub fn grants(args: &Args) -> Result<u8, String> {
    let creation = Creation { namespace: args.namespace.clone(), ..Creation::default() };
    let (mut grants, mut has_problems) = (Grants::default(), false);
    let mut report = |line: String| {
        eprintln!("error: {}", escaped(&line));
        has_problems = true;
    };
    let search = Search { paths: &args.paths, exclude: &args.exclude, stdin: STDIN, ..Search::default() };
    for input in search.find()? {
        let file = input.read();
        for problem in &file.problems {
            let (line, column) = file.source.line_and_column(problem.offset.unwrap_or_default());
            report(format!("{}:{line}:{column}: {}", file.source.name, problem.message));
        }
        for object in &file.objects {
            let place = place(&file, object);
            match needs_of(object, &creation) {
                Ok(None) => {}
                Ok(Some(needs)) => {
                    let source = format!("{} {}/{} ({place})", object.kind, needs.namespace, name(object));
                    if let Err(problem) = grants.add(needs, family(object), source) {
                        report(format!("{place}: {} {}: {problem}", object.kind, name(object)));
                    }
                }
                Err(problem) => report(format!("{place}: {} {}: {problem}", object.kind, name(object))),
            }
        }
    }
    write_stdout(&match args.output {
        Format::Yaml => grants.to_yaml()?,
        Format::Json => grants.to_json()?,
    });
    Ok(if has_problems { 2 } else { 0 })
}

fn needs_of(object: &Object, creation: &Creation) -> Result<Option<Needs>, String> {
    let payload = json!({ "request": *object.admission_request(creation), "settings": {} }).to_string();
    judge(payload.as_bytes(), &NoCluster, |request, _| needs(request)).map_err(|error| error.to_string())
}

fn place(file: &File, object: &Object) -> String {
    let (line, _) = file.source.line_and_column(object.node.place().start);
    format!("{}:{line}", file.source.name)
}

fn name(object: &Object) -> &str {
    object.name().unwrap_or("(no name)")
}

/// The name of the controller that made an object, else its own.
fn family(object: &Object) -> &str {
    let object_of = match &object.given {
        Given::Manifest(value) => Some(value),
        Given::Request(request) => request.get("object"),
    };
    let owners = object_of.and_then(|value| value.pointer("/metadata/ownerReferences")).and_then(Value::as_array);
    let controller = owners.into_iter().flatten().find(|owner| owner["controller"] == true);
    controller.and_then(|owner| owner["name"].as_str()).unwrap_or_else(|| name(object))
}
