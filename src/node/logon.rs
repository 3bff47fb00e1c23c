//! How the shim gets a token for the process: `processToken` of hcsshim's `internal/jobcontainers/logon.go`.

use crate::node::Origin;
use crate::node::failure::Failure;
use crate::node::launch::Launch;
use crate::node::user::User;
use crate::windows::account::NT_AUTHORITY;
use crate::windows::case;

/// The annotation that makes the process inherit the token of the shim.
pub const INHERIT_USER: &str = "microsoft.com/hostprocess-inherit-user";

/// How the process gets its token. Only the temporary user of a group has a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logon<'t> {
    /// It inherits the token of the shim: LocalSystem.
    Inherit,
    /// A temporary user in a local group of this name. The user's name is the first 20 characters of the container's
    /// ID.
    Group(&'t str),
    /// `LogonUser`: as a service in the domain `NT AUTHORITY`, interactively in any other.
    User {
        /// The part before the backslash; `""` without one.
        domain: &'t str,
        /// The part after the backslash, or the whole name.
        user: &'t str,
    },
}

impl Logon<'_> {
    /// Whether the user logs on as a service.
    pub fn is_service(&self) -> bool {
        matches!(self, Logon::User { domain, .. } if NT_AUTHORITY.strip_suffix('\\') == Some(domain))
    }
}

impl<'p> Launch<'p, '_> {
    /// How the process gets its token, and the origin of that choice. The logon may still fail.
    ///
    /// # Errors
    /// The name is missing, or has more than one backslash.
    pub fn logon(&self) -> Result<(Logon<'p>, Origin), Failure> {
        if self.annotation(INHERIT_USER) == Some("true") {
            return Ok((Logon::Inherit, Origin::Annotation(INHERIT_USER)));
        }
        let User { name, origin } = self.user();
        let is_1_6 = self.node.era.is_1_6();
        if name.is_empty() {
            let words = if is_1_6 { "empty user string passed" } else { "empty username or group name passed" };
            return Err(Failure::NoUser(words));
        }
        if !is_1_6 && self.node.groups.iter().any(|group| case::is_same(group, name)) {
            return Ok((Logon::Group(name), origin));
        }
        let (domain, user) = name.split_once('\\').unwrap_or(("", name));
        if user.contains('\\') {
            return Err(Failure::UserFormat(name.to_owned()));
        }
        Ok((Logon::User { domain, user }, origin))
    }
}
