//! Manifests rendered from folders by `helm` and `kubectl`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::discover::chart::chart_of;
use crate::files;
use crate::paths::parent;

/// A folder that another program renders.
#[derive(Debug)]
pub struct Rendered {
    folder: PathBuf,
    program: Program,
}

#[derive(Clone, Copy, Debug)]
enum Program {
    Helm,
    Kustomize,
}

impl Rendered {
    /// The folder to render for a chart or kustomization file. `None` for other files, and for parts that are only
    /// rendered with something else: subcharts, library charts, components.
    pub fn by(path: &Path, helm: bool, kustomize: bool) -> Option<Rendered> {
        let folder = parent(path);
        let is = |key: &str, value: &str| mapping(path).is_some_and(|file| file[key] == value);
        let program = if helm && path.file_name()? == "Chart.yaml" {
            let is_inside = folder.ancestors().skip(1).any(|folder| folder.join("Chart.yaml").is_file());
            (!is_inside && chart_of(path).is_none() && !is("type", "library")).then_some(Program::Helm)?
        } else if kustomize && is_kustomization(path) {
            (!is("kind", "Component")).then_some(Program::Kustomize)?
        } else {
            return None;
        };
        Some(Rendered { folder: folder.to_owned(), program })
    }

    /// The name of the folder in messages.
    pub fn name(&self) -> String {
        self.folder.display().to_string()
    }

    /// Runs the program.
    ///
    /// # Errors
    /// It is not installed, or failed; the error has its name and its messages.
    pub fn render(&self) -> io::Result<Vec<u8>> {
        let (commands, missing) = match self.program {
            Program::Helm => {
                (&[["helm", "template"]][..], "helm is not on the PATH, get it from https://helm.sh/docs/intro/install")
            }
            Program::Kustomize => (
                &[["kubectl", "kustomize"], ["kustomize", "build"]][..],
                "neither kubectl nor kustomize is on the PATH, get one from https://kubernetes.io/docs/tasks/tools",
            ),
        };
        for [program, subcommand] in commands {
            let mut command = Command::new(program);
            match command.arg(subcommand).arg(&self.folder).stdin(Stdio::null()).output() {
                Ok(output) if output.status.success() => return Ok(output.stdout),
                Ok(output) => {
                    let stderr = String::from_utf8_lossy(&output.stderr);
                    return Err(io::Error::other(format!("{program} {subcommand}: {}", stderr.trim())));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(io::Error::other(format!("{program}: {error}"))),
            }
        }
        Err(io::Error::other(missing))
    }
}

/// Whether a file has a name that `kubectl kustomize` looks for.
pub fn is_kustomization(path: &Path) -> bool {
    let names = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
    path.file_name().is_some_and(|name| names.iter().any(|known| name == *known)) && path.is_file()
}

/// The files that a kustomization names. They are complete only after rendering.
pub fn files_of(kustomization: &Path) -> Vec<PathBuf> {
    const KEYS: [&str; 9] = [
        "bases",
        "components",
        "generators",
        "patches",
        "patchesJson6902",
        "patchesStrategicMerge",
        "replacements",
        "resources",
        "transformers",
    ];
    let Some(file) = mapping(kustomization) else { return Vec::new() };
    let entries = KEYS.iter().filter_map(|key| file[*key].as_array()).flatten();
    // Entries of patches and replacements may be mappings with the name of a file.
    let names = entries.filter_map(|entry| entry.as_str().or_else(|| entry["path"].as_str()));
    let paths = names.filter_map(|name| fs::canonicalize(parent(kustomization).join(name)).ok());
    paths.filter(|path| path.is_file()).collect()
}

fn mapping(path: &Path) -> Option<Value> {
    let text = files::read_text(path).ok()?;
    let document = kubernetes_yaml::documents(&text).into_iter().next()?.ok()?;
    document.value.is_object().then_some(document.value)
}
