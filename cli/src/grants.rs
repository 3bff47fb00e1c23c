//! Computes the `allow` setting that covers given workloads and nothing else.

mod grant;

use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use hostprocess_linter::Creation;
use hostprocess_linter::object::Object;
use serde::Serialize;
use serde_json::Value;
use windows_hostprocess_policy::judge::{self, Unreadable};
use windows_hostprocess_policy::rules::access::coverage::{GrantRequirements, requirements};
use windows_hostprocess_policy::windows::account::{Account, Kind};
use windows_hostprocess_policy::wording::{escaped, quote};

use crate::grants::grant::Grant;
pub use crate::grants::grant::GrantError;
use crate::output::escape;

/// The requirements that a grant must meet to cover an object; `None` if it needs no grant.
///
/// # Errors
/// The object cannot be read.
pub fn requirements_of(object: &Object, creation: &Creation) -> Result<Option<GrantRequirements>, Unreadable> {
    let tree = object.admission_request(creation);
    Ok(judge::read(&tree)?.as_ref().and_then(requirements))
}

/// The owner reference of the controller that created an object.
pub fn controller(object: &Object) -> Option<&Value> {
    let owners = object.value()?.pointer("/metadata/ownerReferences")?.as_array()?;
    owners.iter().find(|owner| owner["controller"] == true)
}

/// Remarks for the administrator about a grant for a workload, one sentence each.
pub fn remarks(needs: &GrantRequirements) -> Vec<String> {
    let mut remarks = Vec::new();
    for name in &needs.accounts {
        let account = Account::parse(name);
        if let Kind::Malformed(defect) = account.kind() {
            remarks.push(format!("the API server rejects its account: {} {defect}", quote(name)));
        } else if account.yaml_escape().is_some() {
            remarks.push(format!("its account exists on no node: {} has lost its backslash in YAML", quote(name)));
        }
    }
    let counts = [&needs.images, &needs.accounts].map(|values| values.iter().collect::<BTreeSet<_>>().len());
    if counts.iter().all(|count| *count > 1) {
        let message = "a grant does not say which container runs as which account: this one lets each of its images run as each \
            of its accounts";
        remarks.push(message.to_owned());
    }
    if needs.kinds.iter().any(|kind| kind.contains('.')) {
        let message = "what its controller creates needs grants of its own: run this command on those objects as well, or with \
            --cluster";
        remarks.push(message.to_owned());
    }
    remarks
}

/// Collects the grants that workloads need.
#[derive(Debug, Default)]
pub struct Grants {
    by_digest: bool,
    grants: BTreeMap<Grant, Covered>,
}

/// The workloads that a grant was created for.
#[derive(Debug)]
struct Covered {
    /// The kinds that all of them count as.
    kinds: Vec<String>,
    /// Their sources, for comments.
    sources: BTreeSet<String>,
}

impl Grants {
    /// An empty collection. Images will be listed by repository, or by repository and digest.
    pub fn new(by_digest: bool) -> Grants {
        Grants { by_digest, grants: BTreeMap::new() }
    }

    /// Adds a workload. Only workloads with identical requirements share a grant.
    ///
    /// # Errors
    /// A required value is missing, or no pattern matches only that value.
    pub fn add(&mut self, needs: GrantRequirements, source: String) -> Result<(), GrantError> {
        let grant = Grant::new(&needs, self.by_digest)?;
        match self.grants.entry(grant) {
            Entry::Vacant(vacant) => {
                vacant.insert(Covered { kinds: needs.kinds, sources: BTreeSet::from([source]) });
            }
            Entry::Occupied(mut occupied) => {
                let covered = occupied.get_mut();
                covered.kinds.retain(|kind| needs.kinds.contains(kind));
                covered.sources.insert(source);
            }
        }
        Ok(())
    }

    /// Removes grants whose workloads another grant covers, and sorts the rest.
    fn reduced(self) -> Vec<(Grant, BTreeSet<String>)> {
        let mut grants: Vec<(Grant, Covered)> = self.grants.into_iter().collect();
        // Only a grant that lists more values, or as many for a parent kind, can cover another one.
        grants.sort_by_key(|(grant, covered)| (Reverse(grant.pattern_count()), covered.kinds.len()));
        let mut reduced: Vec<(Grant, BTreeSet<String>)> = Vec::new();
        for (grant, Covered { kinds, sources }) in grants {
            match reduced.iter_mut().find(|(other, _)| other.includes(&grant, &kinds)) {
                Some((_, others)) => others.extend(sources),
                None => reduced.push((grant, sources)),
            }
        }
        reduced.sort_by(|(one, ones), (other, others)| (one.subject(), ones).cmp(&(other.subject(), others)));
        reduced
    }

    /// Writes the settings in YAML, with a comment on the sources of each grant.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn write_yaml(self, to: &mut impl Write) -> io::Result<()> {
        let grants = self.reduced();
        if grants.is_empty() {
            return to.write_all(b"# There are no HostProcess workloads.\nallow: nobody\n");
        }
        to.write_all(b"allow:\n")?;
        for (grant, sources) in grants {
            for source in &sources {
                writeln!(to, "# {}", escaped(source))?;
            }
            let keys = serde_json::to_value(&grant)?;
            let mut indent = "- ";
            for key in ["namespaces", "serviceAccounts", "kinds", "images", "runAsUserNames", "hostPaths"] {
                writeln!(to, "{indent}{key}: {}", escape::json_line(&keys[key]))?;
                indent = "  ";
            }
        }
        Ok(())
    }

    /// Writes the settings in JSON.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn write_json(self, to: &mut impl Write) -> io::Result<()> {
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
        let grants: Vec<Grant> = self.reduced().into_iter().map(|(grant, _)| grant).collect();
        let allow = if grants.is_empty() { Allow::Nobody("nobody") } else { Allow::Grants(grants) };
        escape::json(&Settings { allow }, to)
    }
}
