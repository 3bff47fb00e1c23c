//! Errors of the kubelet, before anything starts.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use windows_hostprocess_policy::decode;
use windows_hostprocess_policy::k8s::pod::{ContainerView, Pod};
use windows_hostprocess_policy::node::admission::{ContainerError, Rejection};
use windows_hostprocess_policy::node::host::Host;
use windows_hostprocess_policy::node::image::ImageConfig;
use windows_hostprocess_policy::node::volume_error::VolumeError;

use super::{Machine, Record, RecordedContainer, Tally};

/// Rejections that depend on the node's size and labels.
const OF_THE_NODE: [&str; 2] = ["OutOf", "NodeAffinity: "];

/// Compares what is recorded of a Pod as a whole.
pub fn compare_pod(record: &Record, pod: &Pod, machine: &Machine, tally: &mut Tally) {
    let words = |is_of_sandbox: bool| {
        let of_pod = Rejection::of(pod).into_iter().filter(move |rejection| rejection.is_of_sandbox() == is_of_sandbox);
        of_pod.map(|rejection| rejection.to_string()).collect::<Vec<_>>()
    };
    let of_the_node = |text: &&String| !OF_THE_NODE.iter().any(|start| text.starts_with(start));
    let rejected: Vec<&String> = record.rejected.iter().filter(of_the_node).collect();
    tally.compare(&record.id, "rejected", json!(rejected), json!(words(false)));
    tally.compare(&record.id, "sandbox_error", json!(record.sandbox_error), json!(words(true).first()));
    tally.compare(&record.id, "volume_error", volume_errors(record, pod), modelled_volume_errors(pod, machine));
}

/// Without the volumes of which the kubelet looked elsewhere, see [`is_elsewhere`].
fn volume_errors(record: &Record, pod: &Pod) -> Value {
    let mut errors = record.volume_error.clone();
    for volume in
        pod.spec.volumes.iter().filter(|volume| volume.host_path.as_ref().is_some_and(|host| is_elsewhere(host.path)))
    {
        errors.remove(volume.name.unwrap_or_default());
    }
    json!(errors)
}

fn modelled_volume_errors(pod: &Pod, machine: &Machine) -> Value {
    let mut host = Host::new(machine.folders.iter().copied());
    let mut errors = BTreeMap::new();
    for volume in pod.spec.volumes.iter() {
        let Some(path) = volume.host_path.as_ref().filter(|host| !is_elsewhere(host.path)) else { continue };
        if let Some(error) = VolumeError::of(path, &mut host) {
            errors.insert(volume.name.unwrap_or_default(), error.to_string());
        }
    }
    json!(errors)
}

/// A path without a drive, which the kubelet looks at from its current folder: on a node one of C:, on the machine another one.
/// And the root of the pipes.
fn is_elsewhere(path: Option<&str>) -> bool {
    path.is_some_and(|path| {
        !path.contains(':') && !path.starts_with(r"\\") || path.trim_end_matches('\\') == r"\\.\pipe"
    })
}

/// Compares what is recorded of the making of a container. Of the record's words those about the Pod's name are left out.
pub fn compare_container(
    id: &str,
    recorded: &RecordedContainer,
    view: &ContainerView,
    config: &str,
    tally: &mut Tally,
) {
    let tree = decode::parse(config.as_bytes()).expect("JSON");
    let image: ImageConfig = decode::read(&tree).expect("a configuration");
    let error = recorded.kubelet_error.as_deref().map(|error| error.split(" (pod: ").next());
    let model = ContainerError::of(view, &image).map(|error| error.to_string());
    tally.compare(&format!("{id} {}", recorded.name), "kubelet_error", json!(error), json!(model));
}
