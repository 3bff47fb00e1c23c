//! The setting `mutate`: the fixes that the policy applies.

use crate::decode::{List, Read, Reader, Result, Value, one_of};

/// The word that selects every rule with fixes that the policy can apply.
pub(super) const SAFE: &str = "safe";

/// The rules whose safe fixes are applied to pods on CREATE.
#[derive(Debug)]
pub enum Mutate<'a> {
    /// `safe`: every rule with such fixes.
    Safe,
    /// The rules with these IDs.
    Rules(List<&'a str>),
}

impl Default for Mutate<'_> {
    fn default() -> Self {
        Mutate::Rules(List::default())
    }
}

impl<'t: 'a, 'a> Read<'t> for Mutate<'a> {
    fn read(&mut self, value: &'t Value<'t>, reader: &mut Reader) -> Result<()> {
        if value.is_string() {
            *self = Mutate::Safe;
            return one_of(value, &[(SAFE, ())]);
        }
        let mut rules = List::default();
        rules.read(value, reader)?;
        *self = Mutate::Rules(rules);
        Ok(())
    }
}

impl Mutate<'_> {
    /// Whether the fixes of a rule are applied.
    pub fn includes(&self, rule: &str) -> bool {
        match self {
            Mutate::Safe => true,
            Mutate::Rules(rules) => rules.contains(&rule),
        }
    }
}
