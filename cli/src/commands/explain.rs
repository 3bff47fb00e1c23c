//! `hostprocess explain`: shows a rule's page.

use crate::commands::rules;
use crate::report::UNREADABLE;

/// The arguments of `explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The id in brackets in a message
    #[arg(value_name = "RULE-ID")]
    pub rule: String,
}

/// The page of a rule in Markdown, ready to print.
///
/// # Errors
/// The id is unknown; the text suggests a similar one.
pub fn explain(id: &str) -> Result<String, String> {
    if id == UNREADABLE {
        return Ok(format!(
            "# {UNREADABLE}\n\nNot a rule: a field holds a value of a type that Kubernetes does not allow there, so the \
             policy cannot read the object and rejects it with code 400. The message names the field.\n"
        ));
    }
    let rule = rules::find(id)?;
    Ok(format!("# {id}\n\nBy default: {}. {}.\n\n{}", rules::default_severity(rule), rule.summary, rule.page))
}

#[cfg(test)]
mod tests {
    use windows_hostprocess_policy::rules::registry;

    use super::*;

    #[test]
    fn every_rule_is_explained() {
        for rule in registry::all() {
            assert!(explain(rule.id).expect("a page").contains("**Before**"), "{}", rule.id);
        }
        assert!(explain(UNREADABLE).is_ok());
        assert!(explain("host-netwrok").expect_err("unknown").ends_with("did you mean 'host-network'?"));
    }
}
