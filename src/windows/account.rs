//! Accounts that a HostProcess container can run as.
//!
//! How hcsshim logs an account on (see `internal/jobcontainers/logon.go`): if a local group has exactly that name, a
//! temporary user in that group is created. Any other name is split at the backslash and logged on without a password:
//! as a service if the domain is spelt exactly `NT AUTHORITY`, otherwise interactively. Without a password only the
//! three service accounts can log on.

use std::cell::OnceCell;
use std::fmt;

use crate::decode::{Read, Reader, Result, Value};

/// A `runAsUserName`, classified lazily by how a node would treat it.
#[derive(Clone, Debug, Default)]
pub struct Account<'n> {
    name: &'n str,
    kind: OnceCell<Kind>,
}

impl<'t: 'n, 'n> Read<'t> for Account<'n> {
    fn read(&mut self, value: &'t Value<'t>, reader: &mut Reader) -> Result<()> {
        self.name.read(value, reader)
    }
}

/// How a node would treat a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A service account in a spelling that can log on.
    Service(Service),
    /// A misspelt service account, which cannot log on, with the intended account if it is clear.
    Misspelt(Option<Service>),
    /// `ContainerAdministrator` or `ContainerUser`, which exist only inside Windows Server containers.
    ContainerOnly,
    /// An account in any other domain.
    Domain,
    /// A single name: a local group or a local user.
    Local,
    /// A number, which containerd treats as a Linux user ID.
    Number,
    /// A name that Kubernetes rejects.
    Malformed(Malformed),
}

/// The accounts that can log on without a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are self-explanatory")]
pub enum Service {
    LocalSystem,
    LocalService,
    NetworkService,
}

/// Why Kubernetes rejects a name, in the order of the checks in `validateWindowsSecurityContextOptions` of
/// `pkg/apis/core/validation/validation.go`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// An empty name.
    Empty,
    /// An ASCII control character.
    ControlCharacter,
    /// More than one backslash.
    Backslashes,
    /// A domain of 256 bytes or more.
    DomainTooLong,
    /// A domain that is neither a NetBIOS nor a DNS name.
    DomainName,
    /// Nothing after the backslash.
    NoUser,
    /// A user of more than 104 bytes.
    UserTooLong,
    /// A user of only periods and spaces.
    PeriodsOrSpaces,
    /// A user with a character that Windows forbids there.
    Character(char),
}

/// Formats a predicate to follow the name: `contains a control character`.
impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Malformed::Empty => "is empty",
            Malformed::ControlCharacter => "contains a control character",
            Malformed::Backslashes => "contains more than one backslash",
            Malformed::DomainTooLong => "has a domain of more than 255 bytes",
            Malformed::DomainName => "has a domain that is neither a NetBIOS nor a DNS name",
            Malformed::NoUser => "has no user name after the backslash",
            Malformed::UserTooLong => "has a user name of more than 104 bytes",
            Malformed::PeriodsOrSpaces => "has a user name of only periods and spaces",
            Malformed::Character(c) => return write!(f, "contains '{c}', which Windows user names cannot have"),
        })
    }
}

/// The domain of the service accounts, with its backslash. hcsshim recognises only this spelling.
pub const NT_AUTHORITY: &str = r"NT AUTHORITY\";

/// The users in that domain that can log on without a password, in lower case and without spaces.
pub const SERVICE_USERS: [(&str, Service); 3] = [
    ("system", Service::LocalSystem),
    ("localservice", Service::LocalService),
    ("networkservice", Service::NetworkService),
];

/// The Win32 API's name of `system`, in the same form; it cannot log on.
pub const LOCAL_SYSTEM: &str = "localsystem";

/// The administrator of a Windows Server container, in lower case.
pub const CONTAINER_ADMINISTRATOR: &str = "containeradministrator";

/// Accounts that exist only inside Windows Server containers, in lower case.
pub const CONTAINER_ACCOUNTS: [&str; 2] = [CONTAINER_ADMINISTRATOR, "containeruser"];

const MAX_DOMAIN_BYTES: usize = 255;
const MAX_USER_BYTES: usize = 104;

impl<'n> Account<'n> {
    /// The account of a `runAsUserName`. This never fails: names that Kubernetes rejects are [`Kind::Malformed`].
    pub fn parse(name: &'n str) -> Account<'n> {
        Account { name, kind: OnceCell::new() }
    }

    /// The name as written.
    pub fn name(&self) -> &'n str {
        self.name
    }

    /// How a node would treat it.
    pub fn kind(&self) -> Kind {
        *self.kind.get_or_init(|| kind(self.name))
    }

    /// The part after the backslash; the whole name if there is none.
    pub fn user(&self) -> &'n str {
        self.name.split_once('\\').map_or(self.name, |(_, user)| user)
    }

    /// The character that YAML read instead of a backslash and a letter, with that letter: in double quotes, `\L` is
    /// U+2028. `None` if the name has a backslash, or nothing follows the character.
    pub fn yaml_escape(&self) -> Option<(char, char)> {
        yaml_escape(self.name)
    }

    /// The name as it was written in double quotes, with that backslash and letter.
    pub fn yaml_source(&self) -> Option<String> {
        yaml_source(self.name)
    }

    /// The part before the backslash, if there is one.
    pub fn domain(&self) -> Option<&'n str> {
        self.name.split_once('\\').map(|(domain, _)| domain)
    }
}

impl Service {
    /// A spelling that can log on, as in Kubernetes' documentation.
    pub fn spelling(self) -> &'static str {
        match self {
            Service::LocalSystem => r"NT AUTHORITY\SYSTEM",
            Service::LocalService => r"NT AUTHORITY\Local service",
            Service::NetworkService => r"NT AUTHORITY\NetworkService",
        }
    }

    /// The service account with this user name. Windows ignores case and, in these names, spaces.
    pub fn of(user: &str) -> Option<Service> {
        // Fast path for the usual spellings.
        match user {
            "SYSTEM" => return Some(Service::LocalSystem),
            "Local service" => return Some(Service::LocalService),
            _ => {}
        }
        SERVICE_USERS.into_iter().find_map(|(name, service)| is_spelt(user, name, &[' ']).then_some(service))
    }
}

fn kind(name: &str) -> Kind {
    if let Some(service) = name.strip_prefix(NT_AUTHORITY).and_then(Service::of) {
        return Kind::Service(service);
    }
    let (domain, user) = match name.split_once('\\') {
        Some((domain, user)) => (Some(domain), user),
        None => (None, name),
    };
    if let Some(defect) = defect(name, domain, user) {
        return Kind::Malformed(defect);
    }
    if CONTAINER_ACCOUNTS.into_iter().any(|only| user.eq_ignore_ascii_case(only)) {
        return Kind::ContainerOnly;
    }
    if let (None, Some((escape, _))) = (domain, yaml_escape(name))
        && !escape.is_ascii()
    {
        let written = yaml_source(name).unwrap_or_default();
        return Kind::Misspelt(written.split_once('\\').and_then(|(domain, user)| service_of(domain, user)));
    }
    let meant = || Service::of(user).or_else(|| is_spelt(user, LOCAL_SYSTEM, &[' ']).then_some(Service::LocalSystem));
    match domain {
        // `NT Authority`, `NT-AUTHORITY`, `NTAUTHORITY`, and the right domain with an unknown user.
        Some(domain) if is_spelt(domain, "ntauthority", &[' ', '-', '_']) => Kind::Misspelt(meant()),
        Some(_) => Kind::Domain,
        None if user.strip_prefix('-').unwrap_or(user).bytes().all(|byte| byte.is_ascii_digit()) => Kind::Number,
        None => meant()
            .or_else(|| service_without_backslash(name))
            .map_or(Kind::Local, |service| Kind::Misspelt(Some(service))),
    }
}

/// The service account of a domain and a user, if the domain is `NT AUTHORITY` in any spelling.
fn service_of(domain: &str, user: &str) -> Option<Service> {
    Service::of(user).filter(|_| is_spelt(domain, "ntauthority", &[' ', '-', '_']))
}

/// The service account intended by a name that lost its backslash: `NT AUTHORITYSYSTEM`.
fn service_without_backslash(name: &str) -> Option<Service> {
    let start = name.to_ascii_lowercase().find("authority")? + "authority".len();
    let (domain, user) = name.split_at_checked(start)?;
    service_of(domain, user.trim_start_matches([' ', '-', '_']))
}

/// The characters of YAML's escapes in double quotes, each with the letter after the backslash. U+00A0 is omitted,
/// because group names contain it.
const YAML_ESCAPES: [(char, char); 12] = [
    ('\u{0}', '0'),
    ('\u{7}', 'a'),
    ('\u{8}', 'b'),
    ('\t', 't'),
    ('\n', 'n'),
    ('\u{b}', 'v'),
    ('\u{c}', 'f'),
    ('\r', 'r'),
    ('\u{1b}', 'e'),
    ('\u{85}', 'N'),
    ('\u{2028}', 'L'),
    ('\u{2029}', 'P'),
];

fn yaml_escape(name: &str) -> Option<(char, char)> {
    let text = name.trim_end();
    let found = YAML_ESCAPES.into_iter().find(|(escape, _)| text.contains(*escape))?;
    (!name.contains('\\')).then_some(found)
}

fn yaml_source(name: &str) -> Option<String> {
    let (escape, letter) = yaml_escape(name)?;
    Some(name.trim_end().replacen(escape, &format!("\\{letter}"), 1))
}

/// Whether `text` is `letters`, ignoring case and the characters in `left_out`.
fn is_spelt(text: &str, letters: &str, left_out: &[char]) -> bool {
    text.chars().filter(|c| !left_out.contains(c)).map(|c| c.to_ascii_lowercase()).eq(letters.chars())
}

fn defect(name: &str, domain: Option<&str>, user: &str) -> Option<Malformed> {
    if name.is_empty() {
        return Some(Malformed::Empty);
    }
    if name.bytes().any(|byte| byte.is_ascii_control()) {
        return Some(Malformed::ControlCharacter);
    }
    if user.contains('\\') {
        return Some(Malformed::Backslashes);
    }
    if let Some(domain) = domain {
        if domain.len() > MAX_DOMAIN_BYTES {
            return Some(Malformed::DomainTooLong);
        }
        if !is_netbios_name(domain) && !is_dns_name(domain) {
            return Some(Malformed::DomainName);
        }
    }
    if user.is_empty() {
        return Some(Malformed::NoUser);
    }
    if user.len() > MAX_USER_BYTES {
        return Some(Malformed::UserTooLong);
    }
    if user.trim_matches(['.', ' ']).is_empty() {
        return Some(Malformed::PeriodsOrSpaces);
    }
    user.chars().find(|c| r#""/\:;|=,+*?<>@[]"#.contains(*c)).map(Malformed::Character)
}

/// 1 to 15 characters, none of them forbidden by Windows, without a period at the beginning.
fn is_netbios_name(domain: &str) -> bool {
    (1..=15).contains(&domain.chars().count())
        && !domain.starts_with('.')
        && !domain.contains(['\\', '/', ':', '*', '?', '"', '<', '>', '|'])
}

/// Labels of letters, digits and inner dashes, each of at most 63 characters.
fn is_dns_name(domain: &str) -> bool {
    domain.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    })
}

#[cfg(test)]
mod tests;
