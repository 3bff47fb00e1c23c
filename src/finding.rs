//! What a rule reports: where, what is wrong, what to write instead.

use std::fmt::{self, Write};

use crate::pod::ContainerView;
use crate::rules::{Context, DefaultSeverity, Rule};
use crate::settings::{Settings, Severity};

/// One thing that one rule found at one place.
///
/// The message quotes the value found, so two findings speak of the same thing exactly when rule, path, container
/// and message are equal: that is what the ratchet on updates compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// What it leads to: never `Off`.
    pub severity: Severity,
    /// The field's path in the object, `spec.template.spec.hostNetwork`.
    pub path: String,
    /// The name of the container that the field belongs to.
    pub container: Option<String>,
    /// What is wrong, with the value found.
    pub message: String,
    /// What to write instead.
    pub fix: String,
}

impl Finding {
    /// Whether it is the same thing at the same place, whatever it leads to. A container that took over the place of
    /// another does not take over its findings.
    pub fn is_same(&self, other: &Finding) -> bool {
        self.rule == other.rule
            && self.path == other.path
            && self.container == other.container
            && self.message == other.message
    }

    /// The short form of a warning: the rule's id follows.
    pub fn warning(&self) -> String {
        format!("{}: {}", self.path, self.message)
    }
}

/// The long form: where, what is wrong, what to write instead, which rule.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(container) = &self.container {
            write!(f, " (container {})", quote(container))?;
        }
        write!(f, ": {}; {} [{}]", self.message, self.fix, self.rule.id)
    }
}

/// Collects what one rule finds, and drops what the settings turn off.
pub struct Findings<'s> {
    settings: &'s Settings<'s>,
    rule: &'static Rule,
    severity: Severity,
    list: &'s mut Vec<Finding>,
}

impl<'s> Findings<'s> {
    /// Lets `rule` add what it finds to `list`, by path, unless everything that it could find is turned off.
    #[inline(always)]
    pub fn collect(rule: &'static Rule, context: &Context<'_, 's>, list: &'s mut Vec<Finding>) {
        let default = match rule.severity {
            DefaultSeverity::Always(severity) => severity,
            // Until the rule says how bad a finding is, it is bad.
            DefaultSeverity::Varies(_) => Severity::Deny,
        };
        let severity = context.settings.severity(rule.id, default);
        if severity != Severity::Off {
            let begin = list.len();
            (rule.check)(context, &mut Findings { settings: context.settings, rule, severity, list });
            if list.len() - begin > 1 {
                list[begin..].sort_by(|a, b| compare_paths(&a.path, &b.path));
            }
        }
    }

    /// The default severity of the next finding, for rules whose severity varies.
    pub fn at(&mut self, severity: Severity) -> &mut Self {
        self.severity = self.settings.severity(self.rule.id, severity);
        self
    }

    /// Whether the next finding would be dropped.
    pub fn are_off(&self) -> bool {
        self.severity == Severity::Off
    }

    /// Reports something about the pod.
    pub fn pod(&mut self, path: String, message: impl Into<String>, fix: impl Into<String>) {
        self.add(path, None, message.into(), fix.into());
    }

    /// Reports something about a container.
    pub fn container(
        &mut self,
        container: &ContainerView,
        path: String,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.add(path, Some(container.name().to_owned()), message.into(), fix.into());
    }

    fn add(&mut self, path: String, container: Option<String>, message: String, fix: String) {
        if !self.are_off() {
            let Findings { rule, severity, .. } = *self;
            self.list.push(Finding { rule, severity, path, container, message, fix });
        }
    }
}

/// `containers[2]` before `containers[10]`.
fn compare_paths(a: &str, b: &str) -> std::cmp::Ordering {
    let key = |part: &str| part.split(']').next().and_then(|index| index.parse::<usize>().ok());
    let (mut left, mut right) = (a.split('['), b.split('['));
    loop {
        let ordering = match (left.next(), right.next()) {
            (Some(l), Some(r)) => key(l).cmp(&key(r)).then_with(|| l.cmp(r)),
            (l, r) => return l.cmp(&r),
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
}

/// A value as messages show it: in single quotes, as YAML takes it literally, control characters made visible.
pub fn quote(value: &str) -> Quote<'_> {
    Quote(value)
}

/// What [`quote`] makes, written only where there is a message.
#[derive(Clone, Copy, Debug)]
pub struct Quote<'v>(&'v str);

impl fmt::Display for Quote<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('\'')?;
        for c in self.0.chars() {
            if c.is_control() {
                write!(f, "{}", c.escape_default())?;
            } else {
                f.write_char(c)?;
            }
        }
        f.write_char('\'')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_are_compared_as_numbers() {
        let mut paths = [
            "spec.initContainers[0].image",
            "spec.containers[10].image",
            "spec.containers[2].image",
            "spec.hostNetwork",
        ];
        paths.sort_by(|a, b| compare_paths(a, b));
        assert_eq!(
            paths,
            [
                "spec.containers[2].image",
                "spec.containers[10].image",
                "spec.hostNetwork",
                "spec.initContainers[0].image"
            ]
        );
    }

    #[test]
    fn control_characters_cannot_forge_lines() {
        assert_eq!(quote("a\nDENIED\u{1b}[0m\\b").to_string(), "'a\\nDENIED\\u{1b}[0m\\b'");
    }
}
