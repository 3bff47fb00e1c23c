//! The keys of a waiver in the configuration.

use hostprocess_linter::catalogue;
use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use windows_hostprocess_policy::decode::{Error, Read, Reader, Result, Value, record};
use windows_hostprocess_policy::rules::registry;

record! {
    /// Waives findings of the given rules in the given files and objects. A missing key matches everything.
    #[derive(Clone, Debug, Default, JsonSchema)]
    #[schemars(deny_unknown_fields)]
    pub struct Entry: strict {
        /// The ids of the rules.
        pub rules: NonEmptyList<RuleId> = "rules" required,
        /// Globs of files as in .gitignore, relative to the folder of the configuration.
        pub paths: Option<NonEmptyList<String>> = "paths" not_null,
        /// Objects as named in the report: `Kind namespace/name`. A `*` matches any characters.
        pub objects: Option<NonEmptyList<ObjectPattern>> = "objects" not_null,
        /// Why the findings are acceptable.
        pub reason: Reason = "reason" required,
        /// The last day of the waiver, as `2027-01-31`, in UTC.
        pub until: Option<Until> = "until" not_null,
    }
}

/// A list that is neither `null` nor empty, because the waiver would never apply.
#[derive(Clone, Debug, Default, JsonSchema)]
pub struct NonEmptyList<T>(#[schemars(length(min = 1))] pub Vec<T>);

impl<'t, T: Default + Read<'t>> Read<'t> for NonEmptyList<T> {
    fn read(&mut self, value: &'t Value<'t>, reader: &mut Reader) -> Result<()> {
        self.0.read(value, reader)?;
        if self.0.is_empty() {
            return Err(Error::new("is empty, so the waiver would never apply"));
        }
        Ok(())
    }
}

/// The id of a rule that exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
pub struct RuleId(#[schemars(schema_with = "rule_ids")] pub &'static str);

fn rule_ids(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": registry::all().map(|rule| rule.id).collect::<Vec<_>>() })
}

impl<'t> Read<'t> for RuleId {
    fn read(&mut self, value: &'t Value<'t>, reader: &mut Reader) -> Result<()> {
        let mut id = "";
        id.read(value, reader)?;
        self.0 = catalogue::rule(id).map_err(|error| Error::new(error.to_string()))?.id;
        Ok(())
    }
}

/// A pattern for an object's title.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema)]
pub struct ObjectPattern(#[schemars(regex(pattern = "[ *]"))] pub String);

impl<'t> Read<'t> for ObjectPattern {
    fn read(&mut self, value: &'t Value<'t>, reader: &mut Reader) -> Result<()> {
        self.0.read(value, reader)?;
        if !self.0.contains([' ', '*']) {
            let message =
                format!("'{}' matches no object: write Kind namespace/name, as in 'DaemonSet kube-system/*'", self.0);
            return Err(Error::new(message));
        }
        Ok(())
    }
}

/// Why a finding is waived.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema)]
pub struct Reason(#[schemars(regex(pattern = r"\S"))] pub String);

impl<'t> Read<'t> for Reason {
    fn read(&mut self, value: &'t Value<'t>, reader: &mut Reader) -> Result<()> {
        self.0.read(value, reader)?;
        if self.0.trim().is_empty() {
            return Err(Error::new("a waiver needs a reason"));
        }
        Ok(())
    }
}

/// The last day on which a waiver applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
pub struct Until(#[schemars(with = "String", extend("format" = "date"))] pub Date);

impl<'t> Read<'t> for Until {
    fn read(&mut self, value: &'t Value<'t>, reader: &mut Reader) -> Result<()> {
        let mut text = "";
        text.read(value, reader)?;
        // The format of the schema: strptime alone also accepts 2027-1-31.
        let date = Date::strptime("%Y-%m-%d", text).ok().filter(|date| date.to_string() == text);
        self.0 = date.ok_or_else(|| Error::new(format!("'{text}' is not a date: write it as 2027-01-31")))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windows_hostprocess_policy::decode::{parse, read};

    fn entry(json: &str) -> std::result::Result<Entry, String> {
        let tree = parse(json.as_bytes()).expect("JSON");
        read(&tree).map_err(|error| format!("{}: {}", error.path(), error.message()))
    }

    #[test]
    fn an_entry_has_rules_reason_and_expiry() {
        let json = r#"{"rules": ["host-network"], "paths": ["legacy/"], "objects": ["Pod */a"], "reason": "later",
            "until": "2027-01-31"}"#;
        let entry = entry(json).expect("valid");
        assert_eq!((entry.rules.0[0].0, &*entry.reason.0), ("host-network", "later"));
        assert_eq!(entry.until, Some(Until(jiff::civil::date(2027, 1, 31))));
    }

    #[test]
    fn invalid_entries_are_errors() {
        for (change, message) in [
            (r#""rules": ["host-netwrok"]"#, "rules[0]: unknown rule 'host-netwrok', did you mean 'host-network'?"),
            (r#""rules": []"#, "rules: is empty, so the waiver would never apply"),
            (r#""rules": ["host-network"], "paths": null"#, "paths: found null, expected a list"),
            (r#""rules": ["host-network"], "objects": ["agent"]"#, "objects[0]: 'agent' matches no object"),
            (r#""rules": ["host-network"], "until": "31.1.2027""#, "until: '31.1.2027' is not a date"),
            (r#""rules": ["host-network"], "until": "2027-02-30""#, "until: '2027-02-30' is not a date"),
            (r#""rules": ["host-network"], "until": "2027-1-31""#, "until: '2027-1-31' is not a date"),
        ] {
            let error = entry(&format!(r#"{{{change}, "reason": "x"}}"#)).expect_err(message);
            assert!(error.starts_with(message), "{error}");
        }
        assert_eq!(entry(r#"{"rules": ["host-network"]}"#).expect_err("refused"), ": missing field `reason`");
        let blank = entry(r#"{"rules": ["host-network"], "reason": " "}"#).expect_err("refused");
        assert_eq!(blank, "reason: a waiver needs a reason");
    }
}
