//! The workloads of a live cluster, as texts that are read like manifests.

use std::collections::HashSet;
use std::io;

use kube::ResourceExt;
use kube::api::DynamicObject;
use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

use crate::engine::kubeconfig::KubeconfigCluster;
use crate::input::files::Input;

/// What creates pods, and pods.
const KINDS: [(&str, &str); 9] = [
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "ReplicaSet"),
    ("batch/v1", "CronJob"),
    ("batch/v1", "Job"),
    ("v1", "ReplicationController"),
    ("v1", "PodTemplate"),
    ("v1", "Pod"),
];

/// Lists the workloads in a namespace, or in all. What another workload of the list made is left out: a Deployment is there, and
/// neither its ReplicaSets nor their pods. A kind that cannot be listed becomes an input that cannot be read. `progress` gets the
/// kind and the number of objects as they come.
pub fn workloads(cluster: &KubeconfigCluster, namespace: Option<&str>, progress: impl Fn(&str, usize)) -> Vec<Input> {
    let (mut objects, mut unlisted) = (Vec::new(), Vec::new());
    for (api_version, kind) in KINDS {
        match cluster.list(api_version, kind, namespace, |count| progress(kind, count)) {
            Ok(list) => objects.extend(list.into_iter().map(|object| (api_version, kind, object))),
            Err(error) => unlisted.push(Input::of_text(format!("cluster:{kind}"), Err(io::Error::other(error)))),
        }
    }
    let known: HashSet<String> = objects.iter().filter_map(|(.., object)| object.uid()).collect();
    objects.retain(|(.., object)| !is_made_by(object, &known));
    objects.sort_by_cached_key(|(_, kind, object)| (object.namespace(), *kind, object.name_any()));
    let inputs = objects.into_iter().map(|(api_version, kind, object)| input(api_version, kind, object));
    unlisted.into_iter().chain(inputs).collect()
}

fn is_made_by(object: &DynamicObject, known: &HashSet<String>) -> bool {
    object.owner_references().iter().any(|owner| owner.controller == Some(true) && known.contains(&owner.uid))
}

/// The object as `kubectl get -o json` prints it. In a list it lacks apiVersion and kind.
fn input(api_version: &str, kind: &str, mut object: DynamicObject) -> Input {
    object.metadata.managed_fields = None;
    object.types = Some(kube::api::TypeMeta { api_version: api_version.to_owned(), kind: kind.to_owned() });
    let name = format!("cluster:{}/{kind}/{}", object.namespace().unwrap_or_default(), object.name_any());
    Input::of_text(name, pretty(&object))
}

fn pretty(object: &DynamicObject) -> io::Result<String> {
    // Through a value, because kubectl sorts keys.
    let value = serde_json::to_value(object)?;
    let mut text = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b"    ")))?;
    String::from_utf8(text).map_err(io::Error::other)
}
