//! Shared by the rules about `runAsUserName`.

use crate::order::ByName;
use crate::settings::Settings;
use crate::windows::account::{Account, CONTAINER_ADMINISTRATOR, Kind, Service};
use crate::windows::case::{is_same, lower_case};

/// The path of the field, relative to a pod's spec or a container.
pub const RUN_AS_USER_NAME: &str = "securityContext.windowsOptions.runAsUserName";

/// Groups of Windows and of common products whose members are, or can become, administrators of the node.
const PRIVILEGED: &[&str] = &[
    "Administrators",
    "Hyper-V Administrators",
    "Backup Operators",
    "Power Users",
    "Remote Management Users",
    "Network Configuration Operators",
    "docker-users",
];

/// `Administrators` in the languages of Windows that translate it; the rule's page lists the sources. Other languages
/// keep the English name.
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

/// The local groups in the settings, indexed by name in lower case, because both the settings and a pod may have very
/// many.
#[derive(Debug)]
pub struct LocalGroups {
    declared: ByName<'static>,
    privileged: ByName<'static>,
}

impl LocalGroups {
    /// Indexes both lists of the settings.
    #[inline(never)]
    pub fn of(settings: &Settings) -> LocalGroups {
        let index = |names: &[&str]| ByName::new(names.iter().map(|name| lower_case(name).into()).collect());
        let privileged: Vec<&str> = settings.privileged_local_groups.iter().map(|group| bare(group)).collect();
        LocalGroups { declared: index(&settings.local_groups), privileged: index(&privileged) }
    }

    /// Whether the setting `localGroups` lists the account.
    pub fn is_declared(&self, account: &Account) -> bool {
        account.kind() == Kind::Local && has(&self.declared, account.name())
    }

    /// Whether the account is a privileged local group: a built-in one, or one in the setting `privilegedLocalGroups`.
    /// Spaces and dots around the name are ignored.
    #[inline(never)]
    pub fn is_privileged(&self, account: &Account) -> bool {
        let name = bare(account.name());
        account.kind() == Kind::Local
            && (privileged_groups().any(|group| is_same(group, name)) || has(&self.privileged, name))
    }

    /// Whether a process with this account would be an administrator: the account is LocalSystem in any spelling,
    /// `ContainerAdministrator`, or a privileged local group.
    pub fn is_administrator(&self, account: &Account) -> bool {
        match account.kind() {
            Kind::Service(service) | Kind::Misspelt(Some(service)) => service == Service::LocalSystem,
            Kind::ContainerOnly => account.user().eq_ignore_ascii_case(CONTAINER_ADMINISTRATOR),
            _ => self.is_privileged(account),
        }
    }
}

fn has(groups: &ByName, name: &str) -> bool {
    groups.places(&lower_case(name)).next().is_some()
}

fn bare(group: &str) -> &str {
    group.trim_matches(['.', ' '])
}
