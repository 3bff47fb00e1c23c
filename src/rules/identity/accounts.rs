//! Shared by the rules about `runAsUserName`.

use crate::order::ByName;
use crate::settings::Settings;
use crate::windows::account::{Account, CONTAINER_ADMINISTRATOR, Kind, Service};
use crate::windows::case::{is_same, lower_case};

/// The path of the field, below a pod's spec as well as below a container.
pub const RUN_AS_USER_NAME: &str = "securityContext.windowsOptions.runAsUserName";

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

/// The local groups that the settings name, looked up as Windows compares them: the settings may name as many as a pod has
/// accounts.
#[derive(Debug)]
pub struct LocalGroups {
    declared: ByName<'static>,
    privileged: ByName<'static>,
}

impl LocalGroups {
    /// Reads both lists of the settings.
    #[inline(never)]
    pub fn of(settings: &Settings) -> LocalGroups {
        let index = |names: &[&str]| ByName::new(names.iter().map(|name| lower_case(name).into()).collect());
        let privileged: Vec<&str> = settings.privileged_local_groups.iter().map(|group| bare(group)).collect();
        LocalGroups { declared: index(&settings.local_groups), privileged: index(&privileged) }
    }

    /// Whether the account is a local group that the setting `localGroups` lists.
    pub fn declare(&self, account: &Account) -> bool {
        account.kind() == Kind::Local && has(&self.declared, account.name())
    }

    /// Whether the account is a privileged local group: a built-in one, or one in the setting `privilegedLocalGroups`. Spaces
    /// and dots around a name do not make it another group.
    #[inline(never)]
    pub fn make_privileged(&self, account: &Account) -> bool {
        let name = bare(account.name());
        account.kind() == Kind::Local
            && (privileged_groups().any(|group| is_same(group, name)) || has(&self.privileged, name))
    }

    /// Whether a process with this account would be an administrator: the account is LocalSystem, in whatever spelling,
    /// `ContainerAdministrator`, or a privileged local group.
    pub fn make_administrator(&self, account: &Account) -> bool {
        match account.kind() {
            Kind::Service(service) | Kind::Misspelt(Some(service)) => service == Service::LocalSystem,
            Kind::ContainerOnly => account.user().eq_ignore_ascii_case(CONTAINER_ADMINISTRATOR),
            _ => self.make_privileged(account),
        }
    }
}

fn has(groups: &ByName, name: &str) -> bool {
    groups.places(&lower_case(name)).next().is_some()
}

fn bare(group: &str) -> &str {
    group.trim_matches(['.', ' '])
}
