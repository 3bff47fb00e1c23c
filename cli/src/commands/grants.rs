//! `hostprocess grants`: prints the `allow` setting that covers workloads.

use std::path::PathBuf;

use hostprocess_linter::object::Object;
use hostprocess_linter::report::Run;
use hostprocess_linter::{Creation, File};
use windows_hostprocess_policy::rules::access::coverage::GrantRequirements;
use windows_hostprocess_policy::wording::escaped;

use crate::cluster::kubeconfig::KubeconfigCluster;
use crate::commands::config::WhichConfiguration;
use crate::commands::error::Error;
use crate::commands::namespaces::Namespaces;
use crate::discover::{Input, STDIN, Search};
use crate::grants::{GrantError, Grants, remarks, requirements_of};
use crate::output::{report_run, to_stdout};

/// The arguments of `grants`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders, or `-` for standard input, as with `check`
    #[arg(required_unless_present = "cluster", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Cover the workloads in the cluster of the current kubeconfig, as listed by `scan`
    #[arg(long, conflicts_with = "paths")]
    cluster: bool,
    /// With --cluster, search all namespaces
    #[arg(long, short = 'A', requires = "cluster", conflicts_with = "namespace")]
    all_namespaces: bool,
    /// Exclude files matching GLOB when searching folders, as in .gitignore and relative to the current folder; may be
    /// repeated
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// List images by digest instead of allowing any version in their repositories; every image must have a digest
    #[arg(long)]
    digests: bool,
    #[command(flatten)]
    which: WhichConfiguration,
    /// Namespace of objects whose manifests set none [default: default]
    ///
    /// With --cluster, the namespace to search [default: the one of the current context].
    #[arg(long, short, value_name = "NS")]
    namespace: Option<String>,
    /// Output format
    #[arg(long, short, value_enum, default_value_t = Format::Yaml)]
    output: Format,
}

/// How to print the grants.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// YAML, with a comment on the source of each grant
    Yaml,
    /// JSON, without comments
    Json,
}

/// Prints the grants. The exit code is 2 when something could not be read or granted, which is reported on standard
/// error.
///
/// # Errors
/// The configuration or a glob is not valid, or standard output cannot be written.
pub fn grants(args: &Args) -> Result<u8, Error> {
    let creation = Creation { namespace: args.namespace.clone(), ..Creation::default() };
    let mut collected = Collected { grants: Grants::new(args.digests), has_problems: false };
    let (files, run) = files(args)?;
    files.for_each(|file| collected.add(file, &creation));
    let Collected { grants, has_problems } = collected;
    to_stdout(|to| match args.output {
        Format::Yaml => grants.write_yaml(to),
        Format::Json => grants.write_json(to),
    })?;
    report_run(run);
    Ok(if has_problems { 2 } else { 0 })
}

struct Collected {
    grants: Grants,
    has_problems: bool,
}

impl Collected {
    fn add(&mut self, file: File, creation: &Creation) {
        for problem in &file.problems {
            self.report(&problem.line(&file.source.name));
        }
        let needs: Vec<_> = file.objects.iter().map(|object| requirements_of(object, creation)).collect();
        // Only objects that are reported below need a place.
        let file = if needs.iter().all(|needs| matches!(needs, Ok(None))) { file } else { file.written() };
        for (object, needs) in file.objects.iter().zip(needs) {
            let problem = match needs {
                Ok(None) => continue,
                Ok(Some(needs)) => self.add_needs(&file, object, needs).err().map(|error| error.to_string()),
                Err(error) => Some(error.to_string()),
            };
            if let Some(problem) = problem {
                self.report(&format!("{}: {problem}", title(&file, object)));
            }
        }
    }

    fn add_needs(&mut self, file: &File, object: &Object, needs: GrantRequirements) -> Result<(), GrantError> {
        let source = format!("{} {}/{} ({})", object.kind, needs.namespace, object.name_or_none(), place(file, object));
        let remarks = remarks(&needs);
        self.grants.add(needs, source)?;
        for remark in remarks {
            eprintln!("warning: {}", escaped(&format!("{}: {remark}", title(file, object))));
        }
        Ok(())
    }

    fn report(&mut self, line: &str) {
        eprintln!("error: {}", escaped(line));
        self.has_problems = true;
    }
}

/// The files, and the inputs that decided which files count.
fn files(args: &Args) -> Result<(Box<dyn Iterator<Item = File>>, Run), Error> {
    if args.cluster {
        let namespaces = Namespaces { namespace: args.namespace.clone(), all_namespaces: args.all_namespaces };
        let workloads = namespaces.workloads(&KubeconfigCluster::current()?);
        return Ok((Box::new(workloads.into_iter()), Run::default()));
    }
    let configuration = args.which.configuration(args.paths.first().map(PathBuf::as_path))?;
    let excluded = configuration.excluded()?;
    let (paths, exclude, excluded) = (&args.paths, &args.exclude, Some(&excluded));
    let (inputs, left_out) = Search { paths, exclude, excluded, stdin: STDIN, ..Search::default() }.find()?;
    let run = Run { left_out, configuration: configuration.in_effect(), ..Run::default() };
    Ok((Box::new(inputs.into_iter().map(Input::read)), run))
}

fn title(file: &File, object: &Object) -> String {
    format!("{}: {} {}", place(file, object), object.kind, object.name_or_none())
}

fn place(file: &File, object: &Object) -> String {
    let (line, _) = file.source.line_and_column(object.node.place().start);
    format!("{}:{line}", file.source.name)
}
