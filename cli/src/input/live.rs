//! The workloads of a live cluster, as texts that are read like manifests.

use std::collections::HashMap;
use std::io;

use kube::ResourceExt;
use kube::api::{DynamicObject, TypeMeta};
use kubernetes_yaml::Located;
use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use windows_hostprocess_policy::rules::access::coverage::Needs;
use windows_hostprocess_policy::settings::pattern::image::repository;

use crate::engine::kubeconfig::KubeconfigCluster;
use crate::grants::needs_of;
use crate::input::creation::Creation;
use crate::input::files::Input;
use crate::input::object::{Given, Object};

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

/// The kinds of the listed objects, and what they need in a grant, by uid. Objects that cannot be read are missing.
type Known = HashMap<String, (&'static str, Option<Needs>)>;

/// Lists the workloads in a namespace, or in all. What another workload of the list made is left out: a Deployment is there, and
/// neither its ReplicaSets nor their pods. A kind that cannot be listed becomes an input that cannot be read. `progress` gets the
/// kind and the number of objects as they come.
pub fn workloads(cluster: &KubeconfigCluster, namespace: Option<&str>, progress: impl Fn(&str, usize)) -> Vec<Input> {
    let (mut objects, mut unlisted) = (Vec::new(), Vec::new());
    for (api_version, kind) in KINDS {
        match cluster.list(api_version, kind, namespace, |count| progress(kind, count)) {
            Ok(list) => objects.extend(list.into_iter().map(|object| (kind, completed(api_version, kind, object)))),
            Err(error) => unlisted.push(Input::of_text(format!("cluster:{kind}"), Err(io::Error::other(error)))),
        }
    }
    let by_uid = objects.iter().filter_map(|(kind, object)| Some((object.uid()?, (*kind, needs(object).ok()?))));
    let known: Known = by_uid.collect();
    objects.retain(|(_, object)| !is_described_by_owner(object, &known));
    objects.sort_by_cached_key(|(kind, object)| (object.namespace(), *kind, object.name_any()));
    let inputs = objects.into_iter().map(|(kind, object)| input(kind, &object));
    unlisted.into_iter().chain(inputs).collect()
}

/// The object as `kubectl get -o json` shows it. In a list it lacks apiVersion and kind.
fn completed(api_version: &str, kind: &str, mut object: DynamicObject) -> DynamicObject {
    object.metadata.managed_fields = None;
    object.types = Some(TypeMeta { api_version: api_version.to_owned(), kind: kind.to_owned() });
    object
}

fn needs(object: &DynamicObject) -> Result<Option<Needs>, String> {
    let TypeMeta { api_version, kind } = object.types.clone().unwrap_or_default();
    let given = Given::Manifest(serde_json::to_value(object).map_err(|error| error.to_string())?);
    needs_of(&Object { document: 1, api_version, kind, given, node: Located::default() }, &Creation::default())
}

/// Whether the controller of an object is listed, and its template has all that the object needs. Where a pod needs more, it is
/// shown beside its owner: anybody who creates a pod can name any owner, a webhook may have changed the pod, or it is older than
/// the template.
fn is_described_by_owner(object: &DynamicObject, known: &Known) -> bool {
    let Some((kind, needs)) = object.uid().and_then(|uid| known.get(&uid)) else { return false };
    let owners = object.owner_references().iter().filter(|owner| owner.controller == Some(true));
    owners.filter_map(|owner| known.get(&owner.uid)).any(|(owner_kind, owner_needs)| {
        makes(owner_kind, kind)
            && needs.as_ref().is_none_or(|needs| owner_needs.as_ref().is_some_and(|owner| includes(owner, needs)))
    })
}

/// Whether the controllers of Kubernetes make objects of a kind for another kind. Objects that name each other as owners are so
/// not left out together.
fn makes(owner: &str, kind: &str) -> bool {
    match kind {
        "Pod" => matches!(owner, "DaemonSet" | "Job" | "ReplicaSet" | "ReplicationController" | "StatefulSet"),
        "ReplicaSet" => owner == "Deployment",
        "Job" => owner == "CronJob",
        _ => false,
    }
}

/// Images count by repository, or every old ReplicaSet would be shown for its tag.
fn includes(owners: &Needs, needs: &Needs) -> bool {
    let is_image = |image: &String| owners.images.iter().any(|known| repository(known) == repository(image));
    owners.namespace == needs.namespace
        && owners.service_account == needs.service_account
        && needs.images.iter().all(is_image)
        && needs.accounts.iter().all(|account| owners.accounts.contains(account))
        && needs.host_paths.iter().all(|path| owners.host_paths.contains(path))
}

fn input(kind: &str, object: &DynamicObject) -> Input {
    let name = format!("cluster:{}/{kind}/{}", object.namespace().unwrap_or_default(), object.name_any());
    Input::of_text(name, pretty(object))
}

fn pretty(object: &DynamicObject) -> io::Result<String> {
    // Through a value, because kubectl sorts keys.
    let value = serde_json::to_value(object)?;
    let mut text = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b"    ")))?;
    String::from_utf8(text).map_err(io::Error::other)
}
