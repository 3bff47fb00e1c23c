//! The policy alone, called natively. One binary, because linking a dozen takes longer than running them.

mod access;
mod aks_sample;
mod cluster;
mod container_order;
mod docs;
mod json_value;
mod metadata;
mod parity;
mod paths;
mod prescan;
mod psa_parity;
mod ratchet;
mod recipes;
mod skipping;
mod update;
mod verdicts;
