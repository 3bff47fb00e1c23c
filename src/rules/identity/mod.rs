//! As whom does it run, and can it?

use crate::finding::Findings;
use crate::pod::{ContainerView, Level, Pod};
use crate::windows::account::Account;

group!(
    run_as_user_required,
    user_format,
    container_account,
    nt_authority_spelling,
    domain_account,
    privileged_local_group,
    unknown_account,
    local_group_runtime,
    local_system,
    gmsa,
    run_as_non_root,
);

const RUN_AS_USER_NAME: &str = "securityContext.windowsOptions.runAsUserName";

/// A value that HostProcess containers take, where it is written: on one of them, or on the pod for all that inherit it.
#[derive(Debug)]
pub(super) struct Written<'p, 'a, T> {
    container: ContainerView<'p, 'a>,
    level: Level<T>,
}

impl<T: Copy> Written<'_, '_, T> {
    fn value(&self) -> T {
        self.level.value()
    }

    fn report(&self, findings: &mut Findings, field: &str, message: impl Into<String>, fix: impl Into<String>) {
        let path = self.container.path_of(&self.level, field);
        match self.level {
            Level::Container(_) => findings.container(&self.container, path, message, fix),
            Level::Pod(_) => findings.pod(path, message, fix),
        }
    }
}

/// The effective values of the HostProcess containers; what they inherit from the pod comes once, however many do.
fn written<'p, 'a, T>(
    pod: &'p Pod<'a>,
    effective: impl Fn(&ContainerView<'p, 'a>) -> Option<Level<T>>,
) -> impl Iterator<Item = Written<'p, 'a, T>> {
    let mut inherited = false;
    pod.host_process_containers().filter_map(move |container| {
        let level = effective(&container)?;
        let again = matches!(level, Level::Pod(_)) && std::mem::replace(&mut inherited, true);
        (!again).then_some(Written { container, level })
    })
}

/// The accounts that the HostProcess containers run as.
pub(super) fn accounts<'p, 'a>(pod: &'p Pod<'a>) -> Vec<Written<'p, 'a, Account<'p>>> {
    let names = written(pod, |container| container.run_as_user_name());
    names.map(|Written { container, level }| Written { container, level: level.map(Account::parse) }).collect()
}
