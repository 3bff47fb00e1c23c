//! Assumptions about the request that creates an object: facts that its manifest does not contain.

use std::collections::HashMap;

use serde_json::Value;
use windows_hostprocess_policy::decode::Value as Tree;

const SERVICE_ACCOUNT: &str = "system:serviceaccount:";

/// The kind, namespace and name of an object, where its manifest sets them.
pub type Identity = (String, Option<String>, Option<String>);

/// Where an object is created or updated, and by whom.
#[derive(Clone, Debug, Default)]
pub struct Creation {
    /// Namespace of objects whose manifests set none; `default` if absent.
    pub namespace: Option<String>,
    /// User who creates the objects of manifests. If absent, rules that depend on the requester warn that they could
    /// not judge.
    pub user: Option<String>,
    /// Groups of that user. As with kubectl, `system:authenticated` is added, and a service account gets its standard
    /// groups unless groups are given.
    pub groups: Vec<String>,
    /// Subresource of requests for objects of manifests, such as `ephemeralcontainers`.
    pub subresource: Option<String>,
    /// Earlier versions of objects. An object listed here is updated instead of created.
    pub before: HashMap<Identity, Value>,
}

impl Creation {
    /// The `userInfo` of the request: empty when no user is given. The user gets the groups that the API server adds to
    /// an impersonated user (`endpoints/filters/impersonation` of k8s.io/apiserver, as of 1.36).
    pub fn user_info(&self) -> Tree<'_> {
        let Some(user) = &self.user else { return Tree::Object(Vec::new().into()) };
        let mut groups = self.groups.clone();
        if let Some((namespace, _)) = user.strip_prefix(SERVICE_ACCOUNT).and_then(|rest| rest.split_once(':'))
            && groups.is_empty()
        {
            groups = vec!["system:serviceaccounts".to_owned(), format!("system:serviceaccounts:{namespace}")];
        }
        let is = |name: &str| groups.iter().any(|group| group == name);
        let implied = if user == "system:anonymous" { "system:unauthenticated" } else { "system:authenticated" };
        if !is(implied) && !is("system:unauthenticated") {
            groups.push(implied.to_owned());
        }
        let groups = Tree::Array(groups.into_iter().map(Tree::from).collect());
        Tree::Object(vec![("username", Tree::from(user.as_str())), ("groups", groups)].into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_user_has_the_groups_that_the_api_server_implies() {
        assert_eq!(Value::from(Creation::default().user_info()), json!({}));
        for (user, requested, expected) in [
            ("jane", &["ops"][..], &["ops", "system:authenticated"][..]),
            ("jane", &["system:unauthenticated"], &["system:unauthenticated"]),
            ("system:anonymous", &[], &["system:unauthenticated"]),
            (
                "system:serviceaccount:ci:deployer",
                &[],
                &["system:serviceaccounts", "system:serviceaccounts:ci", "system:authenticated"],
            ),
            ("system:serviceaccount:ci:deployer", &["ops"], &["ops", "system:authenticated"]),
        ] {
            let groups = requested.iter().map(|group| (*group).to_owned()).collect();
            let creation = Creation { user: Some(user.to_owned()), groups, ..Creation::default() };
            assert_eq!(Value::from(creation.user_info()), json!({"username": user, "groups": expected}));
        }
    }
}
