//! The admission request, borrowed from the payload and read in one pass.
//!
//! The payload is what policy-server hands to a policy: `{"request": AdmissionRequest, "settings": {...}}`.

use crate::decode::{List, Read, Text, from_json, read_unless_null, record};
use crate::json::{Document, Error, Members, Reader, Result, Unknown};
use crate::settings::Settings;
use crate::workload::{Layout, Workload};

/// Everything that one call of `validate` brings.
#[derive(Debug, Default)]
pub struct Payload<'a> {
    /// What is asked.
    pub request: Request<'a>,
    /// What the administrator configured; absent and `null` mean the defaults.
    pub settings: Settings<'a>,
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

record! {
    /// `GroupVersionKind`.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct GroupVersionKind<'a> {
        pub group: Text<'a> = "group",
        pub kind: Text<'a> = "kind",
    }
}

record! {
    /// `UserInfo` of authentication.k8s.io/v1.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct UserInfo<'a> {
        pub username: Option<Text<'a>> = "username",
        pub groups: List<Text<'a>> = "groups",
    }
}

impl<'a> Payload<'a> {
    /// Reads a payload into a default.
    ///
    /// # Errors
    /// It is not JSON, lacks the request or its kind, or holds a field of a wrong type where a rule would read it.
    pub fn read(&mut self, json: &'a Document) -> Result<()> {
        static MEMBERS: Members = Members::new(&["request", "settings"], 1);
        let mut reader = Reader::new(json);
        reader.record(&MEMBERS, Unknown::Skipped, &mut |reader, index| {
            // policy-server has validated the settings, and what only `Settings::check` refuses opens nothing.
            if index == 0 { self.request.read(reader) } else { read_unless_null(&mut self.settings, reader) }
        })?;
        reader.end()
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

record! {
    #[derive(Default)]
    struct Envelope<'a> {
        request: Head<'a> = "request" required,
    }
}

record! {
    #[derive(Default)]
    struct Head<'a> {
        operation: Text<'a> = "operation" required,
        sub_resource: Option<Text<'a>> = "subResource",
        sub_resource_snake_case: Option<Text<'a>> = "sub_resource",
    }
}

/// Whether a payload that [`Payload::read`] could not read is nevertheless none of this policy's business,
/// because nothing in the object could matter: a deletion, a status update.
pub fn is_irrelevant(payload: &[u8]) -> bool {
    from_json::<Envelope>(&Document::new(payload)).is_ok_and(|Envelope { request }| {
        let sub_resource = request.sub_resource.or(request.sub_resource_snake_case).unwrap_or_default();
        !changes_pods(&request.operation, &sub_resource)
    })
}

/// Says what in a payload could not be read, for the person whose request is rejected.
pub fn explain(payload: &[u8], error: &Error) -> String {
    let message = error.message(payload);
    match error.path(payload).as_str() {
        path if !error.is_syntax() && !path.is_empty() => format!("the request could not be read: {path}: {message}"),
        _ => format!("the request could not be read: {message}"),
    }
}

/// The members of a request that are read. policy-server writes them in camelCase, and its Rust types know some in
/// snake_case, too.
static MEMBERS: Members = Members::new(
    &[
        "kind",
        "name",
        "namespace",
        "object",
        "oldObject",
        "old_object",
        "operation",
        "subResource",
        "sub_resource",
        "userInfo",
        "user_info",
    ],
    1,
);

impl<'de: 'a, 'a> Read<'de> for Request<'a> {
    fn read(&mut self, reader: &mut Reader<'de>) -> Result<()> {
        let start = reader.peek_at();
        // The kind says how the objects are read. It is written before them; should a host not, they wait here.
        let mut layout = None;
        let (mut object, mut old_object) = (None, None);
        reader.record(&MEMBERS, Unknown::Skipped, &mut |reader, index| match MEMBERS.keys()[index] {
            "kind" => {
                self.kind.read(reader)?;
                layout = Some(Layout::of(&self.kind.group, &self.kind.kind));
                Ok(())
            }
            "name" => read_unless_null(&mut self.name, reader),
            "namespace" => read_unless_null(&mut self.namespace, reader),
            "operation" => read_unless_null(&mut self.operation, reader),
            "subResource" | "sub_resource" => read_unless_null(&mut self.sub_resource, reader),
            "userInfo" | "user_info" => read_unless_null(&mut self.user_info, reader),
            "object" => now_or_later(&mut self.object, layout, reader, &mut object),
            _ => now_or_later(&mut self.old_object, layout, reader, &mut old_object),
        })?;
        let Some(layout) = layout.filter(|_| !self.kind.kind.is_empty()) else {
            return Err(reader.error_at(start, "missing field `kind`".to_owned()));
        };
        if let Some(mut later) = object {
            layout.read(&mut self.object, &mut later)?;
        }
        if let Some(mut later) = old_object {
            layout.read(&mut self.old_object, &mut later)?;
        }
        Ok(())
    }
}

fn now_or_later<'de: 'a, 'a>(
    object: &mut Option<Workload<'a>>,
    layout: Option<Layout>,
    reader: &mut Reader<'de>,
    later: &mut Option<Reader<'de>>,
) -> Result<()> {
    if let Some(layout) = layout {
        return layout.read(object, reader);
    }
    *later = Some(reader.clone());
    reader.skip()
}
