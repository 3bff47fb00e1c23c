//! Waivers in comments: `# hostprocess: ignore[rule-id, rule-id] reason`.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;

use crate::catalogue::{self, UnknownId};
use crate::edit;
use crate::manifest::Problem;
use crate::report::{Diagnostic, ObjectReport, Waived, WaiverSource};
use crate::source::{Place, Source};

const MARK: &str = "hostprocess:";
const VERB: &str = "ignore";

/// The waivers in the comments of a file.
#[derive(Debug, Default)]
pub struct Comments {
    /// In text order.
    waivers: Vec<Waiver>,
    /// Indices into `waivers`, by the rule and the line whose findings they waive.
    by_line: HashMap<(usize, &'static str), Vec<usize>>,
    /// Comments that look like waivers but are invalid.
    malformed: Vec<Problem>,
}

/// A comment's waiver of one rule.
#[derive(Debug)]
struct Waiver {
    rule: &'static str,
    reason: String,
    /// Whether the comment names no other rule.
    is_only: bool,
    /// Where the comment is.
    place: Place,
}

/// Why a comment that looks like a waiver is invalid.
#[derive(Debug, thiserror::Error)]
enum Malformed {
    #[error("invalid waiver: write # hostprocess: ignore[rule-id] and a reason")]
    NoRules,
    #[error("invalid waiver: {0}")]
    UnknownRule(#[from] UnknownId),
    #[error("invalid waiver: write a reason after the brackets")]
    NoReason,
}

impl Comments {
    /// The waivers in a text. A comment on its own line applies to the next line that holds something else.
    pub fn of(source: &Source) -> Comments {
        let mut comments = Comments::default();
        let text = source.text();
        // Hardly any file has waivers, and finding comments takes as long as reading the file.
        if !text.split(MARK).skip(1).any(|rest| rest.trim_start().starts_with(VERB)) {
            return comments;
        }
        let places: Vec<Place> =
            kubernetes_yaml::comments(text).into_iter().map(|comment| source.place(comment)).collect();
        let mut lines: HashMap<usize, usize> = HashMap::new();
        for place in places.iter().rev().filter(|place| is_alone(source, place)) {
            let next = place.line + 1;
            lines.insert(place.line, *lines.get(&next).unwrap_or(&next));
        }
        for place in places {
            let line = *lines.get(&place.line).unwrap_or(&place.line);
            comments.add(source.at(&place), place, line);
        }
        comments
    }

    fn add(&mut self, text: &str, place: Place, line: usize) {
        match parse(text) {
            None => {}
            Some(Ok((rules, reason))) => {
                let is_only = rules.len() == 1;
                for rule in rules {
                    self.by_line.entry((line, rule)).or_default().push(self.waivers.len());
                    let (reason, place) = (reason.to_owned(), place.clone());
                    self.waivers.push(Waiver { rule, reason, is_only, place });
                }
            }
            Some(Err(malformed)) => self.malformed.push(Problem::at(place, malformed.to_string())),
        }
    }

    /// Indices of the waivers that cover a finding.
    fn waiving(&self, found: &Diagnostic) -> &[usize] {
        let rule = catalogue::rule(&found.rule).map(|rule| rule.id);
        rule.ok().and_then(|rule| self.by_line.get(&(found.place.line, rule))).map_or(&[], Vec::as_slice)
    }

    /// Whether a comment waives a finding.
    pub fn waives(&self, found: &Diagnostic) -> bool {
        !self.waiving(found).is_empty()
    }

    /// Waives findings. Returns problems with the comments themselves: malformed waivers, and unused waivers of rules
    /// in `judged`.
    pub fn waive(mut self, objects: &mut [ObjectReport], judged: Option<&BTreeSet<&'static str>>) -> Vec<Problem> {
        let mut problems = std::mem::take(&mut self.malformed);
        if self.waivers.is_empty() {
            return problems;
        }
        let mut used: HashSet<usize> = HashSet::new();
        for object in objects.iter_mut() {
            object.waive(|_, found| {
                let waiving = self.waiving(found);
                used.extend(waiving);
                let reason = self.waivers[*waiving.first()?].reason.clone();
                Some(Waived { reason, source: WaiverSource::Comment })
            });
        }
        let Some(judged) = judged.filter(|_| !objects.iter().any(ObjectReport::is_unreadable)) else { return problems };
        for (index, Waiver { rule, is_only, place, .. }) in self.waivers.into_iter().enumerate() {
            if !used.contains(&index) && judged.contains(rule) {
                let fix = if is_only { "remove the comment" } else { "remove the id from the comment" };
                problems.push(Problem::at(place, format!("unused waiver: no {rule} finding here; {fix}")));
            }
        }
        problems
    }
}

/// Inserts comments that waive findings into a text.
#[derive(Debug)]
pub struct Insertions<'s> {
    source: &'s Source,
    values: Vec<Option<Value>>,
}

impl<'s> Insertions<'s> {
    /// Reads a text. `None` for JSON, which has no comments.
    pub fn into(source: &'s Source) -> Option<Insertions<'s>> {
        let is_json = source.text().trim_start().starts_with(['{', '[']);
        (!is_json).then(|| Insertions { source, values: edit::values(source.text()) })
    }

    /// A comment that waives a finding once its author adds a reason: where to insert it, and the line. `None` where no rule found it, where
    /// there already is such a comment, and where the text cannot take one.
    pub fn waiver(&self, found: &Diagnostic) -> Option<(usize, String)> {
        let rule = catalogue::rule(&found.rule).ok()?.id;
        let line = self.source.line_of(&found.place);
        let (before, after) = self.source.text().split_at(line.start);
        let indent: String = self.source.text()[line].chars().take_while(|letter| letter.is_whitespace()).collect();
        let comment = format!("{indent}# {MARK} {VERB}[{rule}] ");
        if before.lines().next_back().is_some_and(|above| above.starts_with(comment.trim_end())) {
            return None;
        }
        let comment = comment + self.source.line_break(before.len());
        // The line may continue a scalar that begins above it.
        let edited = [before, &comment, after].concat();
        (self.values == edit::values(&edited)).then_some((before.len(), comment))
    }
}

/// Whether a comment is alone on its line.
fn is_alone(source: &Source, place: &Place) -> bool {
    source.text()[source.line_of(place).start..place.range.start].trim().is_empty()
}

/// The rules and the reason of a waiver, or why it is malformed; `None` for any other comment.
fn parse(comment: &str) -> Option<Result<(Vec<&'static str>, &str), Malformed>> {
    let text = comment.trim_start_matches('#').trim().strip_prefix(MARK)?.trim_start().strip_prefix(VERB)?;
    Some(rules_and_reason(text))
}

fn rules_and_reason(text: &str) -> Result<(Vec<&'static str>, &str), Malformed> {
    let (ids, reason) =
        text.trim_start().strip_prefix('[').and_then(|text| text.split_once(']')).ok_or(Malformed::NoRules)?;
    let rules = ids.split(',').map(|id| Ok(catalogue::rule(id.trim())?.id)).collect::<Result<_, UnknownId>>()?;
    match reason.trim() {
        "" => Err(Malformed::NoReason),
        reason => Ok((rules, reason)),
    }
}
