//! The policy alone, called natively. One binary, because linking a dozen takes longer than running them.

mod access;
mod aks_sample;
mod cluster;
mod docs;
mod json_value;
mod messages;
mod metadata;
mod parity;
mod prescan;
mod psa_parity;
mod recipes;
mod skipping;
mod update;
mod verdicts;
