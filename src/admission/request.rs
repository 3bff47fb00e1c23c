//! The fields of `AdmissionRequest` (admission.k8s.io/v1) that the policy reads.

use crate::admission::change::Change;
use crate::admission::subresource::Part;
use crate::admission::workload::Workload;
use crate::decode::{self, Error, List, Read, Reader, Result, Value, record};
use crate::prescan::has_mark;

/// An admission request, with its objects read as workloads.
#[derive(Debug, Default)]
pub struct Request<'a> {
    /// Kind of the object, after conversion to the version that the webhook requested.
    pub kind: GroupVersionKind<'a>,
    /// The part of a pod that the request can change.
    pub part: Part,
    /// Name of the object; empty on a create with `generateName`.
    pub name: &'a str,
    /// Namespace of the object; empty for cluster-scoped objects.
    pub namespace: &'a str,
    /// `CREATE`, `UPDATE`, `DELETE` or `CONNECT`.
    pub operation: &'a str,
    /// The user who sent the request.
    pub user_info: UserInfo<'a>,
    /// The object; `None` if it has neither a pod nor a pod template.
    pub object: Option<Workload<'a>>,
    /// On UPDATE, the object before the update.
    pub old_object: Option<Workload<'a>>,
    /// On UPDATE, how much it changes; never [`Change::Nothing`], because such requests are not judged.
    pub change: Change,
}

record! {
    /// `GroupVersionKind`.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct GroupVersionKind<'a> {
        pub group: &'a str = "group",
        pub kind: &'a str = "kind",
    }
}

record! {
    /// `UserInfo` of authentication.k8s.io/v1.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct UserInfo<'a> {
        pub username: Option<&'a str> = "username",
        pub groups: List<&'a str> = "groups",
    }
}

impl GroupVersionKind<'_> {
    /// Whether it is the native kind Pod.
    pub fn is_pod(&self) -> bool {
        self.group.is_empty() && self.kind == "Pod"
    }
}

impl UserInfo<'_> {
    /// Whether the requester is unknown, as in requests of Kubewarden's audit scanner, which sends existing objects as
    /// CREATE (see its `admission_request.go`), and of `hostprocess check` without `--as`. An API server never omits
    /// the requester: it refuses requests that it cannot authenticate, and all others have the group
    /// `system:authenticated` or `system:unauthenticated`, even if an authenticator returned an empty name (see
    /// `endpoints/filters/authentication.go`, `authentication/group/authenticated_group_adder.go` and
    /// `authentication/request/anonymous` of k8s.io/apiserver, 1.36).
    pub fn is_unknown(&self) -> bool {
        self.username.unwrap_or_default().is_empty() && self.groups.is_empty()
    }
}

record! {
    /// The request as received, with unread objects. policy-server writes camelCase; its Rust types also accept
    /// snake_case for the fields that are listed twice.
    #[derive(Default)]
    struct RawRequest<'a> {
        kind: GroupVersionKind<'a> = "kind" required,
        name: Option<&'a str> = "name",
        namespace: Option<&'a str> = "namespace",
        operation: Option<&'a str> = "operation",
        user_info: Option<UserInfo<'a>> = "userInfo",
        user_info_in_snake_case: Option<UserInfo<'a>> = "user_info",
        object: UnreadValue<'a> = "object",
        old_object: UnreadValue<'a> = "oldObject",
        old_object_in_snake_case: UnreadValue<'a> = "old_object",
    }
}

/// An unread value; `null` counts as absent.
#[derive(Default)]
struct UnreadValue<'a>(Option<&'a Value<'a>>);

impl<'t: 'a, 'a> Read<'t> for UnreadValue<'a> {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Reader) -> Result<()> {
        self.0 = (!value.is_null()).then_some(value);
        Ok(())
    }
}

impl<'a> Request<'a> {
    /// Reads a request. `None` if it is accepted regardless of its objects, because it cannot or does not change any
    /// part of a pod, or the object is being deleted.
    ///
    /// # Errors
    /// The kind is missing, or a field that rules read has the wrong type.
    pub fn read(request: &'a Value<'a>) -> Result<Option<Request<'a>>> {
        let Some(part) = Part::changed_by(request)? else { return Ok(None) };
        let raw: RawRequest = decode::read(request)?;
        let GroupVersionKind { group, kind } = raw.kind;
        if kind.is_empty() {
            return Err(Error::new("missing field `kind`").in_member("kind"));
        }
        // Only the API server sets the deletion timestamp. It has no effect on CREATE, where adding it must not bypass
        // the rules.
        if raw.operation == Some("UPDATE") && raw.object.0.is_some_and(is_being_deleted) {
            return Ok(None);
        }
        let old_object = UnreadValue(raw.old_object.0.or(raw.old_object_in_snake_case.0));
        let change = match (raw.operation, old_object.0, raw.object.0) {
            (Some("UPDATE"), Some(old), Some(new)) => Change::between(group, kind, old, new),
            _ => Change::Workload,
        };
        if change == Change::Nothing {
            return Ok(None);
        }
        let workload = |UnreadValue(value): UnreadValue<'a>, key: &str| {
            let Some(value) = value else { return Ok(None) };
            let workload = match part {
                Part::Annotations => Workload::read_annotations(value).map(Some),
                Part::Pod | Part::Resources => Workload::read(group, kind, value),
            };
            match workload {
                // An object without marks may well run without Windows.
                Err(error) if error.is_too_many_items() && !has_mark(value) => Ok(None),
                other => other.map_err(|error| error.in_member(key)),
            }
        };
        Ok(Some(Request {
            object: workload(raw.object, "object")?,
            old_object: workload(old_object, "oldObject")?,
            change,
            part,
            name: raw.name.unwrap_or_default(),
            namespace: raw.namespace.unwrap_or_default(),
            operation: raw.operation.unwrap_or_default(),
            user_info: raw.user_info.or(raw.user_info_in_snake_case).unwrap_or_default(),
            kind: raw.kind,
        }))
    }

    /// Whether the object is a mirror pod, which represents a static pod in the API; the static pod runs even if the
    /// mirror pod is denied. The annotation cannot be abused: kube-apiserver does not allow adding or removing it
    /// later, and kubelets do not run pods that have it.
    pub fn is_mirror_pod(&self) -> bool {
        let annotations = self.object.as_ref().map(|workload| &workload.pod.annotations);
        self.kind.is_pod() && annotations.is_some_and(|all| all.get("kubernetes.io/config.mirror").is_some())
    }
}

/// Whether an object is being deleted. Updates then remove its finalizers, and must succeed even if the object is
/// unreadable.
fn is_being_deleted<'t>(object: &'t Value<'t>) -> bool {
    decode::at(object, ["metadata", "deletionTimestamp"]).is_some_and(|time| !time.is_null())
}
