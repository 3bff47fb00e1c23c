//! A container as the kubelet passes it to containerd: with absolute paths and expanded variables.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

use crate::k8s::pod_spec::EnvVar;

/// The total size of expanded references. Windows refuses command lines and variables of more than 32,767 characters,
/// and nested references grow exponentially.
const MAX_EXPANDED_BYTES: usize = 1 << 20;

/// A host path as the kubelet passes it on: a path that begins with a separator and has no drive is put on `c:`
/// (`IsWindowsLocalPath`, `MakeAbsolutePath` of `pkg/volume/util/util.go`).
pub fn host_path(path: &str) -> Cow<'_, str> {
    let is_local = path.starts_with(['/', '\\']) && !path.starts_with(r"\\") && !path.contains(':');
    if is_local { make_absolute(path) } else { Cow::Borrowed(path) }
}

/// A mount path as the kubelet passes it on: a relative path is put on `c:\`.
pub fn mount_path(path: &str) -> Cow<'_, str> {
    if path.starts_with(['/', '\\']) { Cow::Borrowed(path) } else { make_absolute(path) }
}

/// `MakeAbsolutePath`: a path with a colon is unchanged.
pub fn make_absolute(path: &str) -> Cow<'_, str> {
    if path.contains(':') {
        Cow::Borrowed(path)
    } else if path.starts_with(['/', '\\']) {
        Cow::Owned(["c:", path].concat())
    } else {
        Cow::Owned([r"c:\", path].concat())
    }
}

/// A variable of the container's `env`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable<'p> {
    /// Its name.
    pub name: &'p str,
    /// Its value, with references expanded; `None` if it comes from another source (`valueFrom`).
    pub value: Option<Cow<'p, str>>,
}

/// The variables of a container's `env`, in order.
#[derive(Debug)]
pub struct Variables<'p> {
    list: Vec<Variable<'p>>,
    /// The last variable of each name.
    by_name: BTreeMap<&'p str, usize>,
    /// The remaining size of expansions.
    bytes_left: Cell<usize>,
}

impl<'p> Variables<'p> {
    /// Expands each variable with the preceding ones.
    pub fn of(env: &'p [EnvVar<'p>]) -> Variables<'p> {
        let bytes_left = Cell::new(MAX_EXPANDED_BYTES);
        let mut variables = Variables { list: Vec::new(), by_name: BTreeMap::new(), bytes_left };
        for variable in env {
            let name = variable.name.unwrap_or_default();
            let value = (!variable.value_from.0).then(|| variables.expand(variable.value.unwrap_or_default()));
            variables.by_name.insert(name, variables.list.len());
            variables.list.push(Variable { name, value });
        }
        variables
    }

    /// All variables, in the order of `env`.
    pub fn iter(&self) -> std::slice::Iter<'_, Variable<'p>> {
        self.list.iter()
    }

    /// Replaces `$(NAME)`, and `$$` with a dollar. A reference is left as written if `env` does not set the variable or
    /// only the node knows its value. A text that would become too long is left as written, too.
    pub fn expand<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !text.contains('$') {
            return Cow::Borrowed(text);
        }
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            expanded.push_str(before);
            rest = self.push_reference(&mut expanded, after);
            if expanded.len() > self.bytes_left.get() {
                return Cow::Borrowed(text);
            }
        }
        expanded.push_str(rest);
        self.bytes_left.set(self.bytes_left.get().saturating_sub(expanded.len()));
        Cow::Owned(expanded)
    }

    /// Appends the expansion of the text after a dollar, and returns the rest.
    fn push_reference<'t>(&self, expanded: &mut String, after: &'t str) -> &'t str {
        if let Some(rest) = after.strip_prefix('$') {
            expanded.push('$');
            return rest;
        }
        let Some((name, rest)) = after.strip_prefix('(').and_then(|reference| reference.split_once(')')) else {
            expanded.push('$');
            return after;
        };
        match self.value(name) {
            Some(value) => expanded.push_str(value),
            None => {
                expanded.push_str("$(");
                expanded.push_str(name);
                expanded.push(')');
            }
        }
        rest
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.list.get(*self.by_name.get(name)?)?.value.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (path, source, place) in [
            ("/x", "c:/x", "/x"),
            (r"\x", r"c:\x", r"\x"),
            ("x", "x", r"c:\x"),
            (r"\\server\share", r"\\server\share", r"\\server\share"),
            ("//./pipe/x", "c://./pipe/x", "//./pipe/x"),
            (r"C:\x", r"C:\x", r"C:\x"),
            ("C:x", "C:x", "C:x"),
        ] {
            assert_eq!((host_path(path).as_ref(), mount_path(path).as_ref()), (source, place), "{path}");
        }
    }

    fn variable<'v>(name: &'v str, value: &'v str) -> EnvVar<'v> {
        EnvVar { name: Some(name), value: Some(value), ..EnvVar::default() }
    }

    #[test]
    fn references() {
        let env = [variable("A", "a"), variable("B", "$(A)$(C)"), variable("C", "c")];
        let variables = Variables::of(&env);
        for (text, expected) in [
            ("$(B)", "a$(C)"),
            ("$(C)/x", "c/x"),
            ("$$(C)", "$(C)"),
            ("$(NONE)", "$(NONE)"),
            ("$(C", "$(C"),
            ("$", "$"),
            ("$x", "$x"),
            ("$()", "$()"),
        ] {
            assert_eq!(variables.expand(text), expected, "{text}");
        }
    }

    #[test]
    fn expansion_is_limited() {
        let names: Vec<String> = (0..64).map(|n| format!("V{n}")).collect();
        let values: Vec<String> = names.iter().map(|name| format!("$({name})$({name})")).collect();
        let mut env = vec![variable("V0", "xx")];
        for (name, value) in names.iter().skip(1).zip(&values) {
            env.push(variable(name, value));
        }
        let bytes: usize = Variables::of(&env).iter().filter_map(|v| v.value.as_ref().map(|value| value.len())).sum();
        assert!(bytes < 2 * MAX_EXPANDED_BYTES, "{bytes}");
    }
}
