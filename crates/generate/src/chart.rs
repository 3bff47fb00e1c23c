//! Generated parts of the Helm chart: `Chart.yaml`, and the settings in the schema of the values.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::{File, read, yaml};

const FOLDER: &str = "deploy/charts/windows-hostprocess";
const PACKAGE: &str = "artifacthub-pkg.yml";

const HEAD: &str = "\
# Written from artifacthub-pkg.yml by `make docs`. Rancher reads the annotations of catalog.cattle.io and kubewarden: it shows the policy with
# the form of questions.yaml among Kubewarden's policies, not among the charts.
";

/// The parts of `artifacthub-pkg.yml` that the chart repeats.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    version: String,
    name: String,
    display_name: String,
    description: String,
    #[serde(rename = "homeURL")]
    home: String,
    license: String,
    keywords: Vec<String>,
    containers_images: Vec<Image>,
    maintainers: Vec<Maintainer>,
    annotations: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Image {
    image: String,
}

#[derive(Deserialize, Serialize)]
struct Maintainer {
    name: String,
    email: String,
}

/// `Chart.yaml`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Chart<'p> {
    api_version: &'p str,
    name: &'p str,
    version: &'p str,
    app_version: &'p str,
    description: &'p str,
    home: &'p str,
    sources: [&'p str; 1],
    keywords: &'p [String],
    maintainers: &'p [Maintainer],
    annotations: BTreeMap<&'p str, &'p str>,
}

/// `Chart.yaml`, with the annotations that Kubewarden's `pkg2chart` copies from `artifacthub-pkg.yml` (kubewarden/rfc,
/// "Rancher integration of Kubewarden Policies").
///
/// # Errors
/// `artifacthub-pkg.yml` cannot be read, or lacks a value.
pub fn description() -> Result<File> {
    let package = fixtures::documents(&read(PACKAGE)?, PACKAGE).remove(0);
    let package: Package = serde_json::from_value(package).context(PACKAGE)?;
    let chart = Chart {
        api_version: "v2",
        name: &package.name,
        version: &package.version,
        app_version: &package.version,
        description: &package.description,
        home: &package.home,
        sources: [&package.home],
        keywords: &package.keywords,
        maintainers: &package.maintainers,
        annotations: annotations(&package)?,
    };
    Ok(File::new(format!("{FOLDER}/Chart.yaml"), HEAD.to_owned() + &yaml::document(&chart)?))
}

fn annotations(package: &Package) -> Result<BTreeMap<&str, &str>> {
    let image = &package.containers_images.first().context("no image in artifacthub-pkg.yml")?.image;
    let (registry, rest) = image.split_once('/').with_context(|| format!("{image} names no registry"))?;
    let (repository, tag) = rest.split_once(':').with_context(|| format!("{image} has no tag"))?;
    let mut annotations = BTreeMap::from([
        ("artifacthub.io/license", &*package.license),
        ("catalog.cattle.io/hidden", "true"),
        ("catalog.cattle.io/type", "kubewarden-policy"),
        ("catalog.cattle.io/ui-component", "kubewarden"),
        ("kubewarden/displayName", &*package.display_name),
        ("kubewarden/registry", registry),
        ("kubewarden/repository", repository),
        ("kubewarden/tag", tag),
    ]);
    for key in ["contextAwareResources", "mutation", "resources", "rules"].map(|key| format!("kubewarden/{key}")) {
        let (key, value) = package.annotations.get_key_value(&key).with_context(|| format!("no annotation {key}"))?;
        annotations.insert(key, value);
    }
    Ok(annotations)
}

/// A member of the schema of the values.
#[derive(Serialize)]
#[serde(untagged)]
enum Member {
    /// Kept unchanged.
    Written(Box<RawValue>),
    Made(Value),
}

/// `values.schema.json` with the schema of the policy's settings copied into `definitions`, because Helm does not
/// resolve references to other files. The rest is handwritten.
///
/// # Errors
/// One of the two schemas is not valid JSON.
pub fn values_schema(settings_schema: &str) -> Result<File> {
    let path = format!("{FOLDER}/values.schema.json");
    let members: IndexMap<String, Box<RawValue>> = serde_json::from_str(&read(&path)?).context(path.clone())?;
    let mut schema: IndexMap<String, Member> =
        members.into_iter().map(|(key, value)| (key, Member::Written(value))).collect();
    let mut settings: serde_json::Map<String, Value> = serde_json::from_str(settings_schema)?;
    settings.retain(|key, _| key != "$schema" && key != "title");
    schema.insert("definitions".to_owned(), Member::Made(json!({ "settings": settings })));
    Ok(File::new(path, serde_json::to_string_pretty(&schema)? + "\n"))
}
