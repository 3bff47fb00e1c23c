//! What the rules about `runAsUserName` share.

use crate::settings::Settings;
use crate::windows::account::{Account, Kind, is_same_name};

/// The field of the pod's spec and of a container.
pub const RUN_AS_USER_NAME: &str = "securityContext.windowsOptions.runAsUserName";

/// Whether the name is that of a local group that the nodes have, as far as the settings say.
pub fn is_declared(account: &Account, settings: &Settings) -> bool {
    account.kind() == Kind::Local && settings.local_groups.iter().any(|group| is_same_name(group, account.name()))
}

/// Groups of Windows and of common products whose members administer the node or can become who does, and the
/// names that Windows gives the first of them in other languages.
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

/// Whether the name is that of a privileged local group.
pub fn is_privileged(account: &Account, settings: &Settings) -> bool {
    account.kind() == Kind::Local
        && (BUILT_IN.iter().any(|group| is_same_name(group, account.name()))
            || settings.privileged_local_groups.iter().any(|group| is_same_name(group, account.name())))
}
