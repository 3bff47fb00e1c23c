//! The accounts of HostProcess containers.

use crate::rules::rule::Rule;

pub mod accounts;
mod container_account;
mod domain_account;
mod gmsa;
mod local_group_runtime;
mod local_system;
mod nt_authority_spelling;
mod numeric_account;
mod privileged_local_group;
mod run_as_non_root;
mod run_as_user_required;
mod unknown_account;
mod user_format;

/// The rules of this group, in the order in which findings are reported.
pub const RULES: &[&Rule] = &[
    &run_as_user_required::RULE,
    &user_format::RULE,
    &numeric_account::RULE,
    &container_account::RULE,
    &nt_authority_spelling::RULE,
    &domain_account::RULE,
    &privileged_local_group::RULE,
    &unknown_account::RULE,
    &local_group_runtime::RULE,
    &local_system::RULE,
    &gmsa::RULE,
    &run_as_non_root::RULE,
];
