//! Shared by the rules about `runAsUserName`.

use crate::settings::Settings;
use crate::windows::account::{Account, CONTAINER_ADMINISTRATOR, Kind, Service};
use crate::windows::case::is_same;

/// The path of the field, below a pod's spec as well as below a container.
pub const RUN_AS_USER_NAME: &str = "securityContext.windowsOptions.runAsUserName";

/// Whether the account is a local group that the setting `localGroups` lists.
pub fn is_declared(account: &Account, settings: &Settings) -> bool {
    account.kind() == Kind::Local && settings.local_groups.iter().any(|group| is_same(group, account.name()))
}

/// Groups of Windows and of common products whose members are administrators of the node or can become one.
const PRIVILEGED: &[&str] = &[
    "Administrators",
    "Hyper-V Administrators",
    "Backup Operators",
    "Power Users",
    "Remote Management Users",
    "Network Configuration Operators",
    "docker-users",
];

/// `Administrators` in the languages of Windows that translate it; the rule's page says where each is from. Elsewhere the
/// group has its English name.
const ADMINISTRATORS_ELSEWHERE: &[&str] = &[
    "Administradores",
    "Administrateurs",
    "Administratoren",
    "Administratorer",
    "Administratorzy",
    "Administratörer",
    "Amministratori",
    "Beheerders",
    "Järjestelmänvalvojat",
    "Rendszergazdák",
    "Správci",
    "Yöneticiler",
    "Администраторы",
];

/// The built-in list of privileged local groups.
pub fn privileged_groups() -> impl Iterator<Item = &'static str> {
    PRIVILEGED.iter().chain(ADMINISTRATORS_ELSEWHERE).copied()
}

/// Whether the account is a privileged local group: a built-in one, or one in the setting `privilegedLocalGroups`. Spaces
/// and dots around a name do not make it another group.
pub fn is_privileged(account: &Account, settings: &Settings) -> bool {
    let is_account = |group: &str| is_same(bare(group), bare(account.name()));
    account.kind() == Kind::Local
        && (privileged_groups().any(is_account)
            || settings.privileged_local_groups.iter().any(|group| is_account(group)))
}

/// Whether a process with this account would be an administrator: the account is LocalSystem, in whatever spelling,
/// `ContainerAdministrator`, or a privileged local group.
pub fn is_administrator(account: &Account, settings: &Settings) -> bool {
    match account.kind() {
        Kind::Service(service) | Kind::Misspelt(Some(service)) => service == Service::LocalSystem,
        Kind::ContainerOnly => account.user().eq_ignore_ascii_case(CONTAINER_ADMINISTRATOR),
        _ => is_privileged(account, settings),
    }
}

fn bare(group: &str) -> &str {
    group.trim_matches(['.', ' '])
}
