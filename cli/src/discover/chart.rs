//! Helm charts.

use std::path::{Path, PathBuf};

/// The Helm chart of a template, which is a file in a folder `templates` beside `Chart.yaml`.
pub fn chart_of(path: &Path) -> Option<PathBuf> {
    let templates =
        path.ancestors().skip(1).filter(|folder| folder.file_name().is_some_and(|name| name == "templates"));
    let mut charts = templates.filter_map(Path::parent).filter(|chart| chart.join("Chart.yaml").is_file());
    charts.next().map(|chart| if chart.as_os_str().is_empty() { PathBuf::from(".") } else { chart.to_owned() })
}
