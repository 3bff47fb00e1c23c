//! Properties of a Pod that limit the comparison with its recording.

use std::collections::BTreeSet;

use windows_hostprocess_policy::admission::workload::Workload;
use windows_hostprocess_policy::decode;
use windows_hostprocess_policy::k8s::pod::Pod;
use windows_hostprocess_policy::node::Node;
use windows_hostprocess_policy::node::era::Era;
use windows_hostprocess_policy::node::image::ImageConfig;
use windows_hostprocess_policy::node::launch::Launch;

use super::{Record, RecordedContainer};

/// Properties of a container that limit the comparison.
pub struct Facts {
    /// Whether Windows treats two mount paths as the same that the recording distinguishes.
    pub is_unknowable: bool,
    /// Whether the names of two variables differ only in case: which one wins is random.
    pub is_random: bool,
    /// The sources of its mounts, in order.
    pub sources: Vec<String>,
}

impl Facts {
    pub fn of(record: &Record, container: &RecordedContainer) -> Facts {
        with_pod(record, |pod| {
            let mut views = pod.containers();
            let view = views.find(|view| view.name() == container.name && view.list.field() == container.list);
            let view = view.expect("the container");
            let config = view.raw.image.and_then(|image| record.images.get(image)).map_or("{}", |config| config.get());
            let tree = decode::parse(config.as_bytes()).expect("JSON");
            let image: ImageConfig = decode::read(&tree).expect("a configuration");
            let node = Node::new(Era::ALL[0]);
            let launch = Launch::new(&node, view, &image);
            Facts {
                is_unknowable: is_unknowable(&launch),
                is_random: !launch.ambiguous_variables().is_empty(),
                sources: launch.mounts().iter().map(|mount| mount.source.clone().into_owned()).collect(),
            }
        })
    }
}

fn with_pod<T>(record: &Record, use_it: impl FnOnce(&Pod) -> T) -> T {
    let object = decode::parse(record.object.get().as_bytes()).expect("JSON");
    let workload = Workload::read("", "Pod", &object).expect("a pod").expect("a pod");
    use_it(&workload.pod)
}

/// Windows strips trailing dots and spaces from a name; the recording does not.
fn is_unknowable(launch: &Launch) -> bool {
    let place = |path: &str| path.trim_end_matches(['/', '\\']).to_owned();
    let places: Vec<String> = launch.mounts().iter().map(|mount| place(&mount.place)).collect();
    let ends_in_dot = |path: &String| path.ends_with(['.', ' ']) && !path.ends_with(":.");
    let name = |path: &str| {
        path.to_lowercase().replace('/', "\\").trim_start_matches("c:").trim_end_matches(['.', ' ']).to_owned()
    };
    places
        .iter()
        .filter(|path| ends_in_dot(path))
        .any(|odd| places.iter().any(|path| path != odd && name(path) == name(odd)))
}

/// Volumes that cannot be compared: paths without a drive, which the kubelet resolves in its current folder (on C: on a
/// node, elsewhere on the recording machine), and the root of the named pipes.
pub fn volumes_elsewhere(record: &Record) -> BTreeSet<String> {
    let is_elsewhere =
        |path: &str| !path.contains(':') && !path.starts_with(r"\\") || path.trim_end_matches('\\') == r"\\.\pipe";
    with_pod(record, |pod| {
        let volumes = pod.spec.volumes.iter();
        let elsewhere =
            volumes.filter(|volume| volume.host_path.as_ref().is_some_and(|host| host.path.is_some_and(is_elsewhere)));
        elsewhere.map(|volume| volume.name.unwrap_or_default().to_owned()).collect()
    })
}
