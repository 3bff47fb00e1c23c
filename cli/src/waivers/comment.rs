//! Waivers in comments: `# hostprocess: ignore[rule-id, rule-id] reason`.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::commands::rules;
use crate::input::source::{Place, Source};
use crate::report::{Diagnostic, ObjectReport, Problem, Waived, WaiverSource};

const MARK: &str = "hostprocess:";
const VERB: &str = "ignore";

/// The waivers in the comments of a file.
#[derive(Debug, Default)]
pub struct Comments {
    waivers: Vec<Waiver>,
    /// The comments that should be waivers and are none.
    malformed: Vec<Problem>,
}

/// What a comment says of one rule.
#[derive(Debug)]
struct Waiver {
    rule: &'static str,
    reason: String,
    /// Whether the comment names no other rule.
    is_only: bool,
    /// Where the comment is.
    place: Place,
    /// The line whose findings it waives.
    line: usize,
}

impl Waiver {
    fn waives(&self, found: &Diagnostic) -> bool {
        found.rule == self.rule && found.place.line == self.line
    }
}

impl Comments {
    /// Those of a text. One that has its line to itself is about the next line that has not.
    pub fn of(source: &Source) -> Comments {
        let mut comments = Comments::default();
        // Nearly no file has any, and finding comments takes as long as reading the file.
        if !source.text.split(MARK).skip(1).any(|rest| rest.trim_start().starts_with(VERB)) {
            return comments;
        }
        let places: Vec<Place> =
            kubernetes_yaml::comments(&source.text).into_iter().map(|comment| source.place(comment)).collect();
        let mut lines: HashMap<usize, usize> = HashMap::new();
        for place in places.iter().rev().filter(|place| is_alone(place)) {
            let next = place.line + 1;
            lines.insert(place.line, *lines.get(&next).unwrap_or(&next));
        }
        for place in places {
            let line = *lines.get(&place.line).unwrap_or(&place.line);
            comments.add(place, line);
        }
        comments
    }

    fn add(&mut self, place: Place, line: usize) {
        match parse(place.underlined_text()) {
            None => {}
            Some(Ok((rules, reason))) => {
                let is_only = rules.len() == 1;
                self.waivers.extend(rules.into_iter().map(|rule| {
                    let (reason, place) = (reason.clone(), place.clone());
                    Waiver { rule, reason, is_only, place, line }
                }));
            }
            Some(Err(message)) => self.malformed.push(Problem { place: Some(place), message }),
        }
    }

    /// Whether a comment waives a finding.
    pub fn waives(&self, found: &Diagnostic) -> bool {
        self.waivers.iter().any(|waiver| waiver.waives(found))
    }

    /// Waives findings. Returns what is wrong with the comments: those that say nothing that could be understood, and those
    /// that waive nothing of a rule that was `judged`.
    pub fn waive(self, objects: &mut [ObjectReport], judged: Option<&BTreeSet<&'static str>>) -> Vec<Problem> {
        let mut used = HashSet::new();
        for object in objects.iter_mut() {
            object.waive(|_, found| {
                let mut waivers = self.waivers.iter().enumerate().filter(|(_, waiver)| waiver.waives(found));
                let (first, waiver) = waivers.next()?;
                used.extend(waivers.map(|(index, _)| index).chain([first]));
                Some(Waived { reason: waiver.reason.clone(), source: WaiverSource::Comment })
            });
        }
        let mut problems = self.malformed;
        let Some(judged) = judged.filter(|_| !objects.iter().any(ObjectReport::is_unreadable)) else { return problems };
        for (index, Waiver { rule, is_only, place, .. }) in self.waivers.into_iter().enumerate() {
            if !used.contains(&index) && judged.contains(rule) {
                let remedy = if is_only { "remove the comment" } else { "remove the id from the comment" };
                let message = format!("there is nothing to ignore here for {rule}: {remedy}");
                problems.push(Problem { place: Some(place), message });
            }
        }
        problems
    }
}

/// Whether a comment has its line to itself.
fn is_alone(place: &Place) -> bool {
    place.text.get(..place.underlined.start).is_some_and(|before| before.trim().is_empty())
}

/// The rules and the reason, or what is wrong; `None` for any other comment.
fn parse(comment: &str) -> Option<Result<(Vec<&'static str>, String), String>> {
    let text = comment.trim_start_matches('#').trim().strip_prefix(MARK)?.trim_start().strip_prefix(VERB)?;
    Some(rules_and_reason(text))
}

fn rules_and_reason(text: &str) -> Result<(Vec<&'static str>, String), String> {
    let Some((ids, reason)) = text.trim_start().strip_prefix('[').and_then(|text| text.split_once(']')) else {
        return Err("this comment ignores nothing: write # hostprocess: ignore[rule-id] and the reason".to_owned());
    };
    let rules: Result<Vec<_>, _> = ids.split(',').map(|id| rules::find(id.trim()).map(|rule| rule.id)).collect();
    let rules = rules.map_err(|error| format!("this comment ignores nothing: {error}"))?;
    match reason.trim() {
        "" => Err("this comment ignores nothing without a reason: write it after the brackets".to_owned()),
        reason => Ok((rules, reason.to_owned())),
    }
}
