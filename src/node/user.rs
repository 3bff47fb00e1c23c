//! The name that containerd passes to the shim.

use crate::k8s::pod::Level;
use crate::node::Origin;
use crate::node::era::Containerd;
use crate::node::failure::Failure;
use crate::node::launch::{Launch, options_origin};

/// A user's name and its origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct User<'t> {
    /// The name that the shim receives.
    pub name: &'t str,
    /// Its origin.
    pub origin: Origin,
}

impl<'p> Launch<'p, '_> {
    /// The effective `runAsUserName`, else the user of the image; `""` if there is neither.
    pub fn user(&self) -> User<'p> {
        if let Some(account) = self.container.run_as_user_name().filter(|account| !account.value.name().is_empty()) {
            return User { name: account.value.name(), origin: options_origin(account.set_on) };
        }
        let written = self.image.user.unwrap_or_default();
        // The kubelet requests a name without the group. It does not pass on a number, for which containerd reads the
        // image again.
        let name = written.split(':').next().unwrap_or_default();
        let name = if name.parse::<i64>().is_ok() { written } else { name };
        let is_set_nowhere = name.is_empty();
        User { name, origin: if is_set_nowhere { options_origin(Level::Container) } else { Origin::Image("User") } }
    }

    /// Checks the name as containerd does: `oci.WithUser` treats a number as a Linux user ID.
    ///
    /// # Errors
    /// The name is a number.
    pub fn check_user(&self) -> Result<(), Failure> {
        number_failure(self.user().name, self.node.era.containerd).map_or(Ok(()), Err)
    }
}

/// The error for a user name that is a number; `None` for other names. It applies to ordinary Windows containers, too.
pub fn number_failure(name: &str, containerd: Containerd) -> Option<Failure> {
    let number = name.split(':').next().unwrap_or_default();
    if !is_number(number) {
        return None;
    }
    let is_id = number.parse().is_ok_and(|id: i64| (0..=i64::from(i32::MAX)).contains(&id));
    match containerd {
        Containerd::V1_6 if !is_id => None,
        Containerd::V1_7 if number.parse::<i64>().is_err() => None,
        Containerd::V1_7_19 if !is_id => Some(Failure::UserOutOfRange(name.to_owned())),
        _ => Some(Failure::NumericUser),
    }
}

/// Whether a name consists of digits, with or without a sign.
fn is_number(name: &str) -> bool {
    let digits = name.strip_prefix(['+', '-']).unwrap_or(name);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}
