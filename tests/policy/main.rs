//! The policy alone, called natively. One binary, because linking a dozen takes longer than running them.

mod access;
mod aks_sample;
mod cluster;
mod container_order;
mod controller_revision;
mod custom_kinds;
mod docs;
mod json_value;
mod match_conditions;
mod messages;
mod metadata;
mod mutation;
mod objects;
mod parity;
mod patches;
mod paths;
mod prescan;
mod presets;
mod psa_parity;
mod ratchet;
mod recipes;
mod side_doors;
mod skipping;
mod update;
mod validating_admission_policy;
mod verdicts;
