//! Sets of pod fields, for skipping rules that cannot match.

/// The fields that decide whether a rule can match, by their key in the pod spec or its metadata. The same key is one
/// entry wherever it occurs: `runAsUser` of the pod and of any container.
const NAMES: [&str; 56] = [
    "affinity",
    "allowPrivilegeEscalation",
    "annotations",
    "appArmorProfile",
    "args",
    "capabilities",
    "command",
    "dnsPolicy",
    "ephemeralContainers",
    "fsGroup",
    "fsGroupChangePolicy",
    "gmsaCredentialSpec",
    "gmsaCredentialSpecName",
    "hostAliases",
    "hostIPC",
    "hostPID",
    "hostPath",
    "hostPort",
    "hostUsers",
    "hostname",
    "hostnameOverride",
    "image",
    "labels",
    "limits",
    "medium",
    "mountPath",
    "mountPropagation",
    "nodeSelector",
    "os",
    "ports",
    "privileged",
    "procMount",
    "readOnly",
    "readOnlyRootFilesystem",
    "recursiveReadOnly",
    "resourceClaims",
    "resources",
    "runAsGroup",
    "runAsNonRoot",
    "runAsUser",
    "runAsUserName",
    "runtimeClassName",
    "seLinuxChangePolicy",
    "seLinuxOptions",
    "seccompProfile",
    "setHostnameAsFQDN",
    "shareProcessNamespace",
    "subPath",
    "subdomain",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "sysctls",
    "terminationGracePeriodSeconds",
    "value",
    "volumeDevices",
    "workingDir",
];

/// A set of fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fields(u64);

impl Fields {
    /// No field.
    pub const NONE: Fields = Fields(0);
    /// Every field.
    pub const ALL: Fields = Fields(u64::MAX);

    /// The set of these fields. In a constant, an unknown name does not compile.
    ///
    /// # Panics
    /// A name is unknown.
    pub const fn of(names: &[&str]) -> Fields {
        let (mut fields, mut at) = (Fields::NONE, 0);
        while at < names.len() {
            let field = Fields::named(names[at]);
            assert!(field.0 != 0, "rules do not depend on a field of this name");
            fields.0 |= field.0;
            at += 1;
        }
        fields
    }

    /// The set of the field with this name; empty if no rule depends on it.
    pub const fn named(name: &str) -> Fields {
        let mut at = 0;
        while at < NAMES.len() {
            if is_same(NAMES[at], name) {
                return Fields(1 << at);
            }
            at += 1;
        }
        Fields::NONE
    }

    /// Adds the fields of another set.
    pub fn insert(&mut self, other: Fields) {
        self.0 |= other.0;
    }

    /// Whether the two sets have a field in common.
    pub fn intersects(self, other: Fields) -> bool {
        self.0 & other.0 != 0
    }

    /// The names of the fields, for documentation.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().enumerate().filter(move |(at, _)| self.0 >> at & 1 == 1).map(|(_, name)| name)
    }
}

/// String equality: a `const fn` cannot use `==`.
const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_fields() {
        let fields = Fields::of(&["hostname", "args"]);
        assert_eq!(fields.names().collect::<Vec<_>>(), ["args", "hostname"]);
        assert!(fields.intersects(Fields::named("args")) && !fields.intersects(Fields::named("os")));
        assert_eq!(Fields::named("nothing"), Fields::NONE);
        assert!(Fields::ALL.intersects(fields) && !Fields::NONE.intersects(Fields::ALL));
    }
}
