//! `hostprocess plan`: shows how nodes would start the HostProcess containers of manifests.

use std::io::Write;
use std::path::Path;

use hostprocess_linter::Planner;
use hostprocess_linter::plan::images::Images;
use hostprocess_linter::plan::nodes::Nodes;
use hostprocess_linter::plan::{ContainerPlan, FilePlan};
use hostprocess_linter::report::{Note, Report, Run};
use rayon::prelude::*;
use windows_hostprocess_policy::k8s::version::Version;

use crate::commands::error::Error;
use crate::commands::lint_options::LintOptions;
use crate::commands::search_options::SearchOptions;
use crate::discover::Input;
use crate::documents::load;
use crate::output::plan::render;
use crate::output::{self, escape, is_styled, json, to_stdout, write_stderr};

/// The arguments of `plan`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    search: SearchOptions,
    /// Plan only for nodes with this version of containerd, overriding the settings; may be repeated
    ///
    /// Starts differ between 1.6, 1.7 (up to 1.7.18) and 1.7.19 (and later, including 2.x); any version selects its
    /// range.
    #[arg(long, value_name = "VERSION", value_delimiter = ',', value_parser = containerd)]
    containerd: Vec<Version>,
    /// Plan only for nodes with (or without) the bind filter of Windows
    ///
    /// Windows Server 2022 has it, Windows Server 2019 only with the updates of July 2022. containerd 1.6 does not use
    /// it.
    #[arg(long, value_name = "BOOL")]
    bind_filter: Option<bool>,
    /// The number of logical processors of a node, of which CPU limits are a share
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    processors: u32,
    /// The configuration of an image, as printed by `docker image inspect` or `crane config`; may be repeated
    ///
    /// The output of `docker image inspect` names its images. The output of `crane config` applies to every image
    /// without another configuration, or to one image with `IMAGE=FILE`.
    #[arg(long, value_name = "[IMAGE=]FILE")]
    image_config: Vec<String>,
    #[command(flatten)]
    lint: LintOptions,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    output: Format,
}

/// How to print plans.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// Text, with the findings
    Text,
    /// JSON: a list of containers
    Json,
}

fn containerd(text: &str) -> Result<Version, &'static str> {
    let version = Version::parse(text).ok_or("not a version: write one like 1.7 or 2.1.4")?;
    if version < Version::new(1, 6) { Err("HostProcess containers need 1.6 or later") } else { Ok(version) }
}

/// Prints the plans. The exit code is 2 when part of the input could not be read, which is reported on standard error.
///
/// # Errors
/// The configuration, the settings, a waiver, a glob or the configuration of an image are not valid, or standard output
/// cannot be written.
pub fn plan(args: &Args) -> Result<u8, Error> {
    let configuration = args.lint.configuration(args.search.first_path())?;
    let excluded = configuration.excluded()?;
    let settings = args.lint.settings(&configuration)?;
    let tree = settings.tree();
    let linter = args.lint.linter(&settings, &tree)?;
    let nodes = Nodes::of(linter.settings(), &args.containerd, args.bind_filter);
    let nodes = Nodes { processors: args.processors, ..nodes };
    let planner = Planner { nodes, images: images(&args.image_config)?, creation: args.lint.creation() };
    let mut waivers = configuration.waivers()?;
    let (inputs, left_out) = args.search.find(&excluded)?;
    let read = inputs.into_par_iter().map(Input::read);
    let mut files: Vec<FilePlan> = read.map(|file| planner.plan_file(file, &linter)).collect();
    files.iter_mut().for_each(|file| waivers.waive(&file.report.source.name, &mut file.report.objects));
    let unreadable = output::plan::unreadable(&files);
    files.iter().for_each(|file| write_stderr(&json::problems(&file.report)));
    write_stderr(&unreadable);
    to_stdout(|to| match args.output {
        Format::Text => to.write_all(escape::log(&render(&files, args.processors, is_styled())).as_bytes()),
        Format::Json => {
            let containers: Vec<&ContainerPlan> = files.iter().flat_map(|file| &file.containers).collect();
            escape::json(&containers, to)
        }
    })?;
    let notes = notes(&files, &planner.images);
    let run = Run { left_out, configuration: configuration.in_effect(), ..Run::default() };
    let report = Report { files: files.into_iter().map(|file| file.report).collect(), notes, run };
    write_stderr(&output::notes(&report));
    Ok(if unreadable.is_empty() { report.exit_code(None) } else { 2 })
}

/// The image configurations in files.
fn images(arguments: &[String]) -> Result<Images, Error> {
    let mut images = Images::default();
    for argument in arguments {
        let (image, file) = match argument.split_once('=') {
            Some((image, file)) => (Some(image), file),
            None => (None, argument.as_str()),
        };
        images.add(image, &load(Path::new(file))?)?;
    }
    Ok(images)
}

fn notes(files: &[FilePlan], images: &Images) -> Vec<Note> {
    let containers = files.iter().flat_map(|file| &file.containers);
    let unused = images.unused(containers.clone().filter_map(|container| container.image.as_deref()));
    let message = |file: &str| format!("{file} holds the configuration of an image that no planned container uses");
    let mut notes: Vec<Note> = unused.into_iter().map(|file| Note::Warning(message(file))).collect();
    if containers.count() == 0 {
        notes.push(Note::Note("nothing to plan: no HostProcess container was found".to_owned()));
    }
    notes
}
