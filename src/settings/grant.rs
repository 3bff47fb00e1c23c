//! The setting `allow`: grants for HostProcess workloads.

use std::ops::Deref;

use crate::decode::{Error, List, Read, Reader, Result, Value, record};
use crate::settings::label_selector::LabelSelector;
use crate::settings::pattern;
use crate::wording::{did_you_mean, quote};

record! {
    /// A grant covers a workload if every list in it matches. An absent key matches anything. A key that is `null`, for
    /// example after a template rendered nothing, is an error, because it would match anything.
    #[derive(Debug, Default)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default, deny_unknown_fields, rename_all = "camelCase"))]
    pub struct Grant<'a>: strict {
        /// Patterns for the namespace of the object.
        pub namespaces: Option<List<&'a str>> = "namespaces" not_null,
        /// Patterns for the pod's service account; `default` if it names none.
        pub service_accounts: Option<List<&'a str>> = "serviceAccounts" not_null,
        /// Patterns for the image of every HostProcess container, and of every image volume that such a container
        /// mounts.
        pub images: Option<List<&'a str>> = "images" not_null,
        /// Patterns for the effective account of every HostProcess container; case is ignored.
        pub run_as_user_names: Option<List<&'a str>> = "runAsUserNames" not_null,
        /// Patterns for every mounted host path, compared as in Windows. A pod without host paths matches; the word
        /// `none` allows no host path.
        pub host_paths: Option<List<&'a str>> = "hostPaths" not_null,
        /// Patterns for the kind of the object; for a pod of a built-in controller, the controller's kind. Custom kinds
        /// are written with their group: `DaemonSet.apps.kruise.io`.
        pub kinds: Option<List<&'a str>> = "kinds" not_null,
        /// Users who may send the request.
        pub requesters: Option<Requesters<'a>> = "requesters" not_null,
        /// Selects namespaces by their labels, which are queried from the cluster. Without an answer it does not match.
        pub namespace_selector: Option<LabelSelector<'a>> = "namespaceSelector" not_null,
    }
}

record! {
    /// Users with one of the names or in one of the groups. At least one list is required.
    #[derive(Debug, Default)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default, deny_unknown_fields, rename_all = "camelCase"))]
    pub struct Requesters<'a>: strict {
        /// User names; service accounts as `system:serviceaccount:<namespace>:<name>`.
        pub users: Option<List<&'a str>> = "users",
        /// Names of groups.
        pub groups: Option<List<&'a str>> = "groups",
    }
}

/// The setting `allow`: a workload must be covered by one of these grants. An empty list allows nothing.
#[derive(Debug, Default)]
pub struct Grants<'a>(Vec<Grant<'a>>);

impl<'a> Deref for Grants<'a> {
    type Target = [Grant<'a>];

    fn deref(&self) -> &[Grant<'a>] {
        &self.0
    }
}

pub(super) const NOBODY: &str = "nobody";

/// Rejects `null`, which could mean either nobody or anyone.
impl<'t: 'a, 'a> Read<'t> for Grants<'a> {
    fn read(&mut self, value: &'t Value<'t>, reader: &mut Reader) -> Result<()> {
        match value {
            Value::Str(word) if word == NOBODY => Ok(()),
            Value::Str(word) => {
                let hint = did_you_mean(word, [NOBODY]);
                Err(Error::new(format!("unknown value '{word}', expected {NOBODY} or a list of grants{hint}")))
            }
            Value::Null => Err(Error::new("'allow' is null: write nobody, or leave the key out to allow anyone")),
            _ => self.0.read(value, reader),
        }
    }
}

impl<'a> Grant<'a> {
    fn lists(&self) -> [(&'static str, Option<&List<&'a str>>); 6] {
        [
            ("namespaces", self.namespaces.as_ref()),
            ("serviceAccounts", self.service_accounts.as_ref()),
            ("images", self.images.as_ref()),
            ("runAsUserNames", self.run_as_user_names.as_ref()),
            ("hostPaths", self.host_paths.as_ref()),
            ("kinds", self.kinds.as_ref()),
        ]
    }

    /// The number of keys that it sets, each of which must match.
    pub fn constraint_count(&self) -> usize {
        let lists = self.lists().iter().filter(|(_, list)| list.is_some()).count();
        lists + usize::from(self.requesters.is_some()) + usize::from(self.namespace_selector.is_some())
    }

    /// Checks constraints beyond types. The error is the rest of the path and the reason.
    pub(super) fn lint(&self) -> std::result::Result<(), (String, String)> {
        if self.constraint_count() == 0 {
            let message = "an empty grant would allow everything: list something, or leave 'allow' out to allow anyone";
            return Err((String::new(), message.to_owned()));
        }
        for (key, list) in self.lists() {
            let Some(list) = list else { continue };
            if list.is_empty() {
                let message = "is empty, so the grant would never apply: list something, or leave the key out";
                return Err((format!(".{key}"), message.to_owned()));
            }
            lint_list(format!(".{key}"), key, list)?;
        }
        if let Some(message) = self.namespace_selector.as_ref().and_then(LabelSelector::lint) {
            return Err((".namespaceSelector".to_owned(), message.to_owned()));
        }
        self.requesters.as_ref().map_or(Ok(()), Requesters::lint)
    }
}

impl Requesters<'_> {
    fn lint(&self) -> std::result::Result<(), (String, String)> {
        let lists = [("users", &self.users), ("groups", &self.groups)];
        let lists = lists.map(|(key, list)| (key, list.as_deref().unwrap_or_default()));
        if lists.iter().all(|(_, list)| list.is_empty()) {
            let message = "names nobody, so the grant would never apply: list users or groups, or leave the key out";
            return Err((".requesters".to_owned(), message.to_owned()));
        }
        lists.into_iter().try_for_each(|(key, list)| lint_list(format!(".requesters.{key}"), key, list))
    }
}

/// Checks the patterns of one list.
fn lint_list(path: String, key: &str, list: &[&str]) -> std::result::Result<(), (String, String)> {
    match list.iter().enumerate().find_map(|(index, pattern)| Some((index, lint(key, pattern)?))) {
        Some((index, message)) => Err((format!("{path}[{index}]"), message)),
        None => Ok(()),
    }
}

/// Why a pattern cannot have the intended meaning; `None` if it is valid.
fn lint(key: &str, pattern: &str) -> Option<String> {
    let problem = match key {
        _ if pattern.is_empty() => "an empty pattern matches nothing",
        "images" => pattern::image::lint_pattern(pattern)?,
        "hostPaths" => pattern::host_path::lint_pattern(pattern)?,
        "kinds" => return pattern::kind::lint_pattern(pattern),
        _ => return None,
    };
    Some(format!("{}: {problem}", quote(pattern)))
}
