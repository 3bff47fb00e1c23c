//! Lists the HostProcess workloads of a cluster, without a verdict.

use std::io::{self, Write};

use hostprocess_linter::object::Object;
use hostprocess_linter::{Creation, File};
use serde::Serialize;
use serde_json::Value;
use windows_hostprocess_policy::wording::escaped;

use crate::grants::{controller, requirements_of};
use crate::output::escape;

/// How to print the list.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Format {
    /// A table
    Text,
    /// JSON
    Json,
}

/// The workloads, sorted.
#[derive(Debug, Default)]
pub struct Inventory {
    workloads: Vec<Workload>,
    /// Messages about objects that could not be read.
    pub problems: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Workload {
    namespace: String,
    kind: String,
    name: String,
    accounts: Vec<String>,
    images: Vec<String>,
    host_paths: Vec<String>,
    /// The controller that created it, or the tool named in its labels; empty if there is neither.
    owner: String,
}

impl Inventory {
    /// The HostProcess workloads among the listed objects.
    pub fn of(files: Vec<File>) -> Inventory {
        let mut inventory = Inventory::default();
        for file in files {
            inventory.problems.extend(file.problems.iter().map(|problem| problem.line(&file.source.name)));
            for object in &file.objects {
                inventory.add(object, &file.source.name);
            }
        }
        inventory
    }

    fn add(&mut self, object: &Object, place: &str) {
        match requirements_of(object, &Creation::default()) {
            Ok(None) => {}
            Ok(Some(needs)) => self.workloads.push(Workload {
                namespace: needs.namespace,
                kind: object.kind.clone(),
                name: object.name_or_none().to_owned(),
                accounts: unique(needs.accounts),
                images: unique(needs.images),
                host_paths: unique(needs.host_paths),
                owner: owner(object),
            }),
            Err(problem) => self.problems.push(format!("{place}: {problem}")),
        }
    }

    /// Writes the list.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, format: Format, to: &mut impl Write) -> io::Result<()> {
        match format {
            Format::Text => to.write_all(escape::log(&self.table()).as_bytes()),
            Format::Json => escape::json(&self.workloads, to),
        }
    }

    /// A table like kubectl's.
    fn table(&self) -> String {
        let heading = ["NAMESPACE", "KIND", "NAME", "ACCOUNTS", "IMAGES", "HOST PATHS", "OWNER"].map(str::to_owned);
        let rows: Vec<[String; 7]> = std::iter::once(heading).chain(self.workloads.iter().map(Workload::row)).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let widths: [usize; 7] = std::array::from_fn(width);
        let line = |row: &[String; 7]| {
            let cells: String = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}   ")).collect();
            cells.trim_end().to_owned() + "\n"
        };
        rows.iter().map(line).collect()
    }
}

impl Workload {
    fn row(&self) -> [String; 7] {
        let list = |values: &[String]| if values.is_empty() { "<none>".to_owned() } else { values.join(", ") };
        let owner = if self.owner.is_empty() { "<none>".to_owned() } else { self.owner.clone() };
        let (accounts, images, host_paths) = (list(&self.accounts), list(&self.images), list(&self.host_paths));
        [self.namespace.clone(), self.kind.clone(), self.name.clone(), accounts, images, host_paths, owner]
            .map(|cell| escaped(&cell).to_string())
    }
}

fn unique(mut values: Vec<String>) -> Vec<String> {
    values.sort();
    values.dedup();
    values
}

/// The controller, such as `Installation/default`, if it is not in the list; otherwise the value of
/// `app.kubernetes.io/managed-by`, with the name of a Helm release.
fn owner(object: &Object) -> String {
    if let Some(owner) = controller(object) {
        let text = |key: &str| owner[key].as_str().unwrap_or_default();
        return format!("{}/{}", text("kind"), text("name"));
    }
    let metadata = |pointer: &str| object.value()?.pointer(pointer).and_then(Value::as_str);
    let tool = metadata("/metadata/labels/app.kubernetes.io~1managed-by");
    match (tool, metadata("/metadata/annotations/meta.helm.sh~1release-name")) {
        (Some(tool), Some(release)) => format!("{tool}/{release}"),
        (tool, release) => tool.or(release).unwrap_or_default().to_owned(),
    }
}
