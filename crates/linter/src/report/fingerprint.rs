//! Fingerprints identify findings across runs, for baselines and code scanning.

use sha2::{Digest, Sha256};

use crate::report::{Diagnostic, ObjectReport};

impl ObjectReport {
    /// Identifies a diagnostic independently of line numbers: a hash of the object, the rule, the field and the
    /// message.
    pub fn fingerprint_of(&self, found: &Diagnostic) -> String {
        self.fingerprint([&found.rule, &found.path, found.container.as_deref().unwrap_or_default(), &found.message])
    }

    /// The hash includes the normalised path of the file: `./a.yaml` is `a.yaml`.
    pub(super) fn fingerprint(&self, [rule, path, container, message]: [&str; 4]) -> String {
        let file = slashed(&self.file);
        let (namespace, name) = (self.namespace.as_deref(), self.name.as_deref());
        let object = [&*file, &self.kind, namespace.unwrap_or_default(), name.unwrap_or_default()];
        let mut hash = Sha256::new();
        for part in object.into_iter().chain([rule, path, container, message]) {
            hash.update(part);
            // UTF-8 never contains this byte, so different lists of parts cannot be concatenated to the same bytes.
            hash.update([0xff]);
        }
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A path with slashes, on Windows too, and without `./` at its beginning.
pub fn slashed(path: &str) -> String {
    let path = path.replace(std::path::MAIN_SEPARATOR, "/");
    path.strip_prefix("./").map(str::to_owned).unwrap_or(path)
}
