//! RuntimeClasses and annotations that imply isolation that a HostProcess pod does not have, or override how it runs.

use crate::rules::rule::Rule;

mod hyperv_annotations;
mod hyperv_runtime_class;
mod reserved_annotations;

/// The rules of this group, in the order in which findings are reported.
pub const RULES: &[&Rule] = &[&hyperv_runtime_class::RULE, &hyperv_annotations::RULE, &reserved_annotations::RULE];
