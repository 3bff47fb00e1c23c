//! The admission request, borrowed from the payload and read in one pass.
//!
//! The payload is what policy-server hands to a policy: `{"request": AdmissionRequest, "settings": {...}}`.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::decode::{List, Text};
use crate::settings::Settings;
use crate::workload::{Layout, Workload};

/// Everything that one call of `validate` brings.
#[derive(Debug, serde::Deserialize)]
pub struct Payload<'a> {
    /// What is asked.
    #[serde(borrow)]
    pub request: Request<'a>,
    /// What the administrator configured; absent and `null` mean the defaults.
    #[serde(borrow, default, deserialize_with = "settings_or_default")]
    pub settings: Settings<'a>,
}

fn settings_or_default<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Settings<'a>, D::Error> {
    let settings = Option::<Settings>::deserialize(deserializer)?.unwrap_or_default();
    // policy-server has validated them; a host that has not must not find the cluster open.
    settings.check().map_err(serde::de::Error::custom)?;
    Ok(settings)
}

/// The slice of `AdmissionRequest` (admission.k8s.io/v1) that the policy reads.
#[derive(Debug, Default)]
pub struct Request<'a> {
    /// Kind of the object, after conversion to the version that the webhook asked for.
    pub kind: GroupVersionKind<'a>,
    /// `""`, or a subresource such as `ephemeralcontainers`.
    pub sub_resource: Text<'a>,
    /// Name of the object; empty on a create with `generateName`.
    pub name: Text<'a>,
    /// Namespace of the object; empty for cluster-scoped ones.
    pub namespace: Text<'a>,
    /// `CREATE`, `UPDATE`, `DELETE` or `CONNECT`.
    pub operation: Text<'a>,
    /// Who sends the request.
    pub user_info: UserInfo<'a>,
    /// The object, when it has a pod.
    pub object: Option<Workload<'a>>,
    /// On UPDATE, the object as it was.
    pub old_object: Option<Workload<'a>>,
}

/// `GroupVersionKind`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "documented by Kubernetes")]
pub struct GroupVersionKind<'a> {
    #[serde(borrow)]
    pub group: Text<'a>,
    #[serde(borrow)]
    pub kind: Text<'a>,
}

/// `UserInfo` of authentication.k8s.io/v1.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "documented by Kubernetes")]
pub struct UserInfo<'a> {
    #[serde(borrow)]
    pub username: Option<Text<'a>>,
    #[serde(borrow)]
    pub groups: List<Text<'a>>,
}

impl<'a> Payload<'a> {
    /// Reads a payload.
    ///
    /// # Errors
    /// It is not JSON, lacks the request or its kind, or holds a field of a wrong type where a rule would read it.
    pub fn read(payload: &'a str) -> serde_json::Result<Payload<'a>> {
        serde_json::from_str(payload)
    }
}

impl Request<'_> {
    /// Whether the request would create or change what a pod runs. DELETE and CONNECT do not, and of the
    /// subresources only `ephemeralcontainers` and `resize` do.
    pub fn changes_pods(&self) -> bool {
        changes_pods(&self.operation, &self.sub_resource)
    }
}

fn changes_pods(operation: &str, sub_resource: &str) -> bool {
    !matches!(operation, "DELETE" | "CONNECT") && matches!(sub_resource, "" | "ephemeralcontainers" | "resize")
}

/// Whether a payload that [`Payload::read`] could not read is nevertheless none of this policy's business,
/// because nothing in the object could matter: a deletion, a status update.
pub fn is_irrelevant(payload: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct Envelope<'a> {
        #[serde(borrow)]
        request: Head<'a>,
    }
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Head<'a> {
        #[serde(borrow)]
        operation: Text<'a>,
        #[serde(borrow, default, alias = "sub_resource")]
        sub_resource: Option<Text<'a>>,
    }
    serde_json::from_str::<Envelope>(payload)
        .is_ok_and(|e| !changes_pods(&e.request.operation, e.request.sub_resource.as_deref().unwrap_or_default()))
}

/// Says what in a payload could not be read, for the person whose request is rejected.
pub fn explain(payload: &str, error: &serde_json::Error) -> String {
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    match crate::json_path::at(payload.as_bytes(), error.line(), error.column()).as_str() {
        path if error.is_data() && !path.is_empty() => format!("the request could not be read: {path}: {message}"),
        _ => format!("the request could not be read: {text}"),
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Request<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RequestVisitor)
    }
}

#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Field {
    Kind,
    #[serde(alias = "sub_resource")]
    SubResource,
    Name,
    Namespace,
    Operation,
    #[serde(alias = "user_info")]
    UserInfo,
    Object,
    #[serde(alias = "old_object")]
    OldObject,
    #[serde(other)]
    Other,
}

struct RequestVisitor;

impl<'de> Visitor<'de> for RequestVisitor {
    type Value = Request<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an AdmissionRequest")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Request<'de>, A::Error> {
        let mut request = Request::default();
        let mut layout = None;
        // policy-server writes `kind` before the objects. Should another host not, they wait here.
        let (mut object, mut old_object) = (None::<&RawValue>, None::<&RawValue>);
        while let Some(field) = map.next_key()? {
            match (field, layout) {
                (Field::Kind, _) => {
                    request.kind = map.next_value()?;
                    layout = Some(Layout::of(&request.kind.group, &request.kind.kind));
                }
                (Field::SubResource, _) => request.sub_resource = or_default(&mut map)?,
                (Field::Name, _) => request.name = or_default(&mut map)?,
                (Field::Namespace, _) => request.namespace = or_default(&mut map)?,
                (Field::Operation, _) => request.operation = or_default(&mut map)?,
                (Field::UserInfo, _) => request.user_info = or_default(&mut map)?,
                (Field::Object, Some(layout)) => request.object = map.next_value_seed(layout)?,
                (Field::OldObject, Some(layout)) => request.old_object = map.next_value_seed(layout)?,
                (Field::Object, None) => object = map.next_value()?,
                (Field::OldObject, None) => old_object = map.next_value()?,
                (Field::Other, _) => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let Some(layout) = layout.filter(|_| !request.kind.kind.is_empty()) else {
            return Err(serde::de::Error::missing_field("kind"));
        };
        if let Some(object) = object {
            request.object = read_late(layout, object)?;
        }
        if let Some(old_object) = old_object {
            request.old_object = read_late(layout, old_object)?;
        }
        Ok(request)
    }
}

fn or_default<'de, T: Default + Deserialize<'de>, A: MapAccess<'de>>(map: &mut A) -> Result<T, A::Error> {
    map.next_value::<Option<T>>().map(Option::unwrap_or_default)
}

fn read_late<'de, E: serde::de::Error>(layout: Layout, object: &'de RawValue) -> Result<Option<Workload<'de>>, E> {
    use serde::de::DeserializeSeed;
    layout.deserialize(&mut serde_json::Deserializer::from_str(object.get())).map_err(E::custom)
}
