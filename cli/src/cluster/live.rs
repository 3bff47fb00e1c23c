//! The workloads of a live cluster.

use std::collections::HashMap;

use hostprocess_linter::{Creation, File};
use kube::ResourceExt;
use kube::api::{DynamicObject, TypeMeta};
use serde_json::Value;
use windows_hostprocess_policy::rules::access::coverage::GrantRequirements;
use windows_hostprocess_policy::settings::pattern::image::repository;

use crate::cluster::kubeconfig::KubeconfigCluster;
use crate::grants::requirements_of;

/// Pods and the workload kinds that create them.
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

/// An object of the cluster.
struct Live {
    kind: &'static str,
    object: DynamicObject,
    /// A file with only this object.
    file: File,
    /// Whether the rules can read it.
    is_readable: bool,
    /// The requirements for a grant.
    needs: Option<GrantRequirements>,
}

/// The kinds and grant requirements of the listed objects, by uid, without unreadable objects.
type Known<'l> = HashMap<&'l str, (&'static str, Option<&'l GrantRequirements>)>;

/// Lists the workloads in one namespace or in all. Objects created by another listed workload are left out: a
/// Deployment is listed, but not its ReplicaSets and their pods. A kind that cannot be listed becomes an unreadable
/// file. `progress` gets the kind and the number of objects so far.
pub fn workloads(cluster: &KubeconfigCluster, namespace: Option<&str>, progress: impl Fn(&str, usize)) -> Vec<File> {
    let (mut workloads, mut unlisted) = (Vec::new(), Vec::new());
    for (api_version, kind) in KINDS {
        match cluster.list(api_version, kind, namespace, |count| progress(kind, count)) {
            Ok(list) => workloads.extend(list.into_iter().map(|object| Live::new(api_version, kind, object))),
            Err(error) => unlisted.push(File::unreadable(format!("cluster:{kind}"), &error)),
        }
    }
    let readable = workloads.iter().filter(|live| live.is_readable);
    let by_uid =
        readable.filter_map(|live| Some((live.object.metadata.uid.as_deref()?, (live.kind, live.needs.as_ref()))));
    let known: Known = by_uid.collect();
    let shown: Vec<bool> = workloads.iter().map(|live| !live.is_described_by_owner(&known)).collect();
    let mut shown = shown.into_iter();
    workloads.retain(|_| shown.next().unwrap_or_default());
    workloads.sort_by_cached_key(|live| (live.object.namespace(), live.kind, live.object.name_any()));
    unlisted.into_iter().chain(workloads.into_iter().map(|live| live.file)).collect()
}

impl Live {
    /// The object in the format of `kubectl get -o json`, including apiVersion and kind, which items of a list lack.
    fn new(api_version: &str, kind: &'static str, mut object: DynamicObject) -> Live {
        object.metadata.managed_fields = None;
        object.types = Some(TypeMeta { api_version: api_version.to_owned(), kind: kind.to_owned() });
        let name = format!("cluster:{}/{kind}/{}", object.namespace().unwrap_or_default(), object.name_any());
        let value = serde_json::to_value(&object);
        let file = match value {
            Ok(value) => File::from_object(name, api_version, kind, value),
            Err(error) => File::unreadable(name, &error),
        };
        let needs = file.objects.first().and_then(|object| requirements_of(object, &Creation::default()).ok());
        // Only the metadata is used from here on.
        object.data = Value::Null;
        Live { kind, object, file, is_readable: needs.is_some(), needs: needs.flatten() }
    }

    /// Whether the controller of an object is listed, and its template covers the object's requirements. A pod that
    /// requires more is listed beside its owner: a pod can name any owner, a webhook may have changed the pod, or it
    /// may be older than the template.
    fn is_described_by_owner(&self, known: &Known) -> bool {
        let needs = &self.needs;
        let owners = self.object.owner_references().iter().filter(|owner| owner.controller == Some(true));
        let mut known = owners.filter_map(|owner| known.get(&*owner.uid));
        self.is_readable
            && known.any(|(owner_kind, owner_needs)| {
                creates(owner_kind, self.kind)
                    && needs.as_ref().is_none_or(|needs| owner_needs.is_some_and(|owner| includes(owner, needs)))
            })
    }
}

/// Whether Kubernetes' controllers create objects of `kind` for an `owner` of this kind. This prevents objects that
/// name each other as owners from both being left out.
fn creates(owner: &str, kind: &str) -> bool {
    match kind {
        "Pod" => matches!(owner, "DaemonSet" | "Job" | "ReplicaSet" | "ReplicationController" | "StatefulSet"),
        "ReplicaSet" => owner == "Deployment",
        "Job" => owner == "CronJob",
        _ => false,
    }
}

/// Compares images by repository; otherwise every old ReplicaSet would be listed because of its tag.
fn includes(owners: &GrantRequirements, needs: &GrantRequirements) -> bool {
    let is_image = |image: &String| owners.images.iter().any(|known| repository(known) == repository(image));
    owners.namespace == needs.namespace
        && owners.service_account == needs.service_account
        && needs.images.iter().all(is_image)
        && needs.accounts.iter().all(|account| owners.accounts.contains(account))
        && needs.host_paths.iter().all(|path| owners.host_paths.contains(path))
}
