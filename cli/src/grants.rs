//! The smallest setting `allow` that covers given workloads.

use std::collections::BTreeSet;
use std::fmt::Write;

use hostprocess_linter::Creation;
use hostprocess_linter::object::Object;
use serde::Serialize;
use serde_json::Value;
use windows_hostprocess_policy::judge;
use windows_hostprocess_policy::rules::access::coverage::{Needs, needs};
use windows_hostprocess_policy::settings::pattern::host_path::{self, NONE};
use windows_hostprocess_policy::settings::pattern::image;
use windows_hostprocess_policy::wording::escaped;

/// What a grant must list to cover an object; `None` when it needs none.
///
/// # Errors
/// The object cannot be read.
pub fn needs_of(object: &Object, creation: &Creation) -> Result<Option<Needs>, String> {
    let tree = object.admission_request(creation);
    let request = judge::read(&tree).map_err(|error| error.to_string())?;
    Ok(request.as_ref().and_then(needs))
}

/// The name of the workload that an object belongs to: of the controller that made it, else its own.
pub fn family(object: &Object) -> &str {
    controller(object).and_then(|owner| owner["name"].as_str()).unwrap_or_else(|| object.name_or_none())
}

/// The owner reference to the controller that made an object.
pub fn controller(object: &Object) -> Option<&Value> {
    let owners = object.value()?.pointer("/metadata/ownerReferences")?.as_array()?;
    owners.iter().find(|owner| owner["controller"] == true)
}

/// Collects what workloads need.
#[derive(Debug, Default)]
pub struct Grants(Vec<Grant>);

/// One grant, with the keys that it has in the settings. Patterns are names: nothing that was not given is covered.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Grant {
    namespaces: [String; 1],
    service_accounts: [String; 1],
    images: BTreeSet<String>,
    run_as_user_names: BTreeSet<String>,
    host_paths: BTreeSet<String>,
    /// The name of the workload, in whatever version of it.
    #[serde(skip)]
    family: String,
    /// Where the workloads are, for the comments.
    #[serde(skip)]
    sources: BTreeSet<String>,
}

impl Grants {
    /// Adds a workload. Several of one family, which is the name of the object or of its controller, in the same namespace and with
    /// the same service account are versions of each other and share a grant.
    ///
    /// # Errors
    /// A value that the workload needs cannot be written as a pattern, or is missing.
    pub fn add(&mut self, needs: Needs, family: &str, source: String) -> Result<(), String> {
        let patterns = |what, values: &[String], pattern: fn(&str) -> &str| -> Result<BTreeSet<String>, String> {
            values
                .iter()
                .map(|value| covers_only_itself(what, pattern(value)).map(|()| pattern(value).to_owned()))
                .collect()
        };
        let mut host_paths = patterns("host path", &needs.host_paths, |path| path)?;
        if let Some(problem) = host_paths.iter().find_map(|path| host_path::lint_pattern(path)) {
            return Err(format!("no grant can list one of its host paths: {problem}"));
        }
        if host_paths.is_empty() {
            host_paths.insert(NONE.to_owned());
        }
        covers_only_itself("namespace", &needs.namespace)?;
        covers_only_itself("service account", &needs.service_account)?;
        self.insert(Grant {
            images: patterns("image", &needs.images, image::repository)?,
            run_as_user_names: patterns("account", &needs.accounts, |account| account)?,
            host_paths,
            namespaces: [needs.namespace],
            service_accounts: [needs.service_account],
            family: family.to_owned(),
            sources: BTreeSet::from([source]),
        });
        Ok(())
    }

    fn insert(&mut self, new: Grant) {
        match self.0.iter_mut().find(|grant| grant.family == new.family && grant.has_same_subject(&new)) {
            Some(grant) => grant.extend(new),
            None => self.0.push(new),
        }
    }

    /// Removes the grants that others include, and sorts the rest.
    fn reduced(self) -> Vec<Grant> {
        let mut reduced: Vec<Grant> = Vec::new();
        let mut grants = self.0;
        grants.sort_by_key(|grant| std::cmp::Reverse(grant.pattern_count()));
        for grant in grants {
            match reduced.iter_mut().find(|other| other.includes(&grant)) {
                Some(other) => other.extend(grant),
                None => reduced.push(grant),
            }
        }
        let key = |grant: &Grant| (grant.namespaces.clone(), grant.service_accounts.clone(), grant.sources.clone());
        reduced.sort_by_key(key);
        reduced
    }

    /// The settings in YAML, with a comment on each grant that says where it comes from.
    ///
    /// # Errors
    /// Serialisation failed.
    pub fn to_yaml(self) -> Result<String, String> {
        let grants = self.reduced();
        if grants.is_empty() {
            return Ok("# None of these is a HostProcess workload.\nallow: nobody\n".to_owned());
        }
        let mut text = "allow:\n".to_owned();
        for grant in grants {
            for source in &grant.sources {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "# {}", escaped(source));
            }
            let keys = serde_json::to_value(&grant).map_err(|error| error.to_string())?;
            let mut indent = "- ";
            for key in ["namespaces", "serviceAccounts", "images", "runAsUserNames", "hostPaths"] {
                let _ = writeln!(text, "{indent}{key}: {}", keys[key]);
                indent = "  ";
            }
        }
        Ok(text)
    }

    /// The settings in JSON.
    ///
    /// # Errors
    /// Serialisation failed.
    pub fn to_json(self) -> Result<String, String> {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Allow {
            Nobody(&'static str),
            Grants(Vec<Grant>),
        }
        #[derive(Serialize)]
        struct Settings {
            allow: Allow,
        }
        let grants = self.reduced();
        let allow = if grants.is_empty() { Allow::Nobody("nobody") } else { Allow::Grants(grants) };
        serde_json::to_string_pretty(&Settings { allow }).map(|text| text + "\n").map_err(|error| error.to_string())
    }
}

impl Grant {
    fn lists(&self) -> [&BTreeSet<String>; 3] {
        [&self.images, &self.run_as_user_names, &self.host_paths]
    }

    fn pattern_count(&self) -> usize {
        self.lists().iter().map(|list| list.len()).sum()
    }

    fn has_same_subject(&self, other: &Grant) -> bool {
        self.namespaces == other.namespaces && self.service_accounts == other.service_accounts
    }

    /// Whether it covers all that the other covers. A grant with host paths covers pods without any, too.
    fn includes(&self, other: &Grant) -> bool {
        let is_listed = |(mine, others): (&BTreeSet<String>, &BTreeSet<String>)| {
            others.iter().all(|pattern| pattern == NONE || mine.contains(pattern))
        };
        self.has_same_subject(other) && self.lists().into_iter().zip(other.lists()).all(is_listed)
    }

    fn extend(&mut self, other: Grant) {
        self.images.extend(other.images);
        self.run_as_user_names.extend(other.run_as_user_names);
        self.host_paths.extend(other.host_paths);
        if self.host_paths.len() > 1 {
            self.host_paths.remove(NONE);
        }
        self.sources.extend(other.sources);
    }
}

/// As a pattern it must match itself and nothing else.
fn covers_only_itself(what: &str, value: &str) -> Result<(), String> {
    match value {
        "" => Err(format!("it has no {what}, and no grant covers that")),
        _ if value.contains('*') => Err(format!("its {what} contains a '*', which would match more in a grant")),
        _ => Ok(()),
    }
}
