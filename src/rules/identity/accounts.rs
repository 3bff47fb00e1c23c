//! Shared by the rules about `runAsUserName`.

use crate::settings::Settings;
use crate::windows::account::{Account, Kind, is_same_name};

/// The path of the field, below a pod's spec as well as below a container.
pub const RUN_AS_USER_NAME: &str = "securityContext.windowsOptions.runAsUserName";

/// Whether the account is a local group that the setting `localGroups` lists.
pub fn is_declared(account: &Account, settings: &Settings) -> bool {
    account.kind() == Kind::Local && settings.local_groups.iter().any(|group| is_same_name(group, account.name()))
}

/// Groups of Windows and of common products whose members are administrators of the node or can become one, and the
/// names of `Administrators` in other languages.
const BUILT_IN: &[&str] = &[
    "Administrators",
    "Hyper-V Administrators",
    "Backup Operators",
    "Power Users",
    "Remote Management Users",
    "Network Configuration Operators",
    "docker-users",
    "Administratoren",
    "Administrateurs",
    "Administradores",
    "Amministratori",
    "Administratorzy",
    "Администраторы",
];

/// Whether the account is a privileged local group: a built-in one, or one in the setting `privilegedLocalGroups`.
pub fn is_privileged(account: &Account, settings: &Settings) -> bool {
    account.kind() == Kind::Local
        && (BUILT_IN.iter().any(|group| is_same_name(group, account.name()))
            || settings.privileged_local_groups.iter().any(|group| is_same_name(group, account.name())))
}
