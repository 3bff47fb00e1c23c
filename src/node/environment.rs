//! The environment of the process: that of the account, overridden by the image, the container and the shim.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::node::Origin;
use crate::node::launch::Launch;
use crate::windows::case;
use crate::windows::command_line::SANDBOX_MOUNT_POINT;

/// The default Path of an account.
pub const ACCOUNT_PATH: &str = r"C:\Windows\system32;C:\Windows;C:\Windows\System32\Wbem;C:\Windows\System32\WindowsPowerShell\v1.0\;C:\Windows\System32\OpenSSH\";

/// The end that hcsshim 0.10 and later append to every Path, after the image's folder.
const EXTRA_PATH: &str = r";C:\WINDOWS\System32\WindowsPowerShell\v1.0\;C:\WINDOWS\System32\Wbem";

/// Whether a variable is the Path, in any case.
pub fn is_path(name: &str) -> bool {
    name.eq_ignore_ascii_case("path")
}

/// A variable that the image, the container or the shim sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable<'t> {
    /// The name, in the case in which it is set.
    pub name: Cow<'t, str>,
    /// The value, with the image's folder substituted; `None` if only the node knows it.
    pub value: Option<String>,
    /// Its origin.
    pub origin: Origin,
}

/// The variables of image and container, by exact name.
type Settings<'t> = BTreeMap<&'t str, (Option<Cow<'t, str>>, Origin)>;

impl Launch<'_, '_> {
    /// The variables of image and container. An empty value counts as unset; the last value of a name wins, and the
    /// container's wins over the image's.
    fn settings(&self) -> Settings<'_> {
        let mut settings = Settings::new();
        for text in self.image.env.iter() {
            let Some((name, value)) = text.split_once('=').filter(|(_, value)| !value.is_empty()) else { continue };
            settings.insert(name, (Some(Cow::Borrowed(value)), Origin::Image("Env")));
        }
        for (index, variable) in self.variables().iter().enumerate() {
            let value = variable.value.as_deref();
            if value != Some("") {
                settings.insert(variable.name, (value.map(Cow::Borrowed), Origin::Container("env", Some(index))));
            }
        }
        settings
    }

    /// The variables beyond the account's. Windows treats names that differ only in case as the same: which value wins
    /// is random ([`Launch::ambiguous_variables`]); here the last one wins.
    pub fn environment(&self) -> Vec<Variable<'static>> {
        let rootfs = self.rootfs();
        let mut by_name = BTreeMap::new();
        for (name, (value, origin)) in self.settings() {
            let is_path = is_path(name) && !self.node.era.is_1_6();
            let value = value.map(|value| {
                let filled = rootfs.fill(&value).into_owned();
                if is_path { path_value(name, &filled, &rootfs.path) } else { filled }
            });
            by_name.insert(case::lower_case(name), Variable { name: Cow::Owned(name.to_owned()), value, origin });
        }
        if !self.node.era.is_1_6() && !by_name.contains_key("path") {
            let value = Some(path_value("Path", ACCOUNT_PATH, &rootfs.path));
            by_name.insert("path".to_owned(), Variable { name: Cow::Borrowed("Path"), value, origin: Origin::Node });
        }
        let name = Cow::Borrowed(SANDBOX_MOUNT_POINT);
        let value = Some(rootfs.path.into_owned());
        by_name.insert(case::lower_case(&name), Variable { name, value, origin: Origin::Node });
        by_name.into_values().collect()
    }

    /// The names that are set in more than one case, in lower case.
    pub fn ambiguous_variables(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        self.settings().keys().map(|name| case::lower_case(name)).filter(|name| !names.insert(name.clone())).collect()
    }

    /// The Path of image or container: its name, and its value with the image's folder substituted.
    pub(super) fn path_variable(&self) -> Option<(&str, String)> {
        let settings = self.settings();
        let (name, (value, _)) = settings.into_iter().rfind(|(name, _)| is_path(name))?;
        Some((name, self.rootfs().fill(&value.unwrap_or_default()).into_owned()))
    }
}

fn path_value(name: &str, value: &str, rootfs: &str) -> String {
    let variable = value_with_image(&[name, "=", value].concat(), rootfs);
    variable.split_once('=').map_or_else(String::new, |(_, value)| value.to_owned())
}

/// Appends the image's folder and the extra folders to a variable `Path=...`.
pub(super) fn value_with_image(variable: &str, rootfs: &str) -> String {
    let variable = variable.trim();
    let separator = if variable.ends_with(';') { "" } else { ";" };
    [variable, separator, rootfs, EXTRA_PATH].concat()
}
