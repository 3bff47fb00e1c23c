//! Applies the waivers of the configuration.

use std::collections::BTreeSet;
use std::path::Path;

use hostprocess_linter::report::{Diagnostic, ObjectReport, Waived, WaiverSource};
use ignore::gitignore::Gitignore;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use windows_hostprocess_policy::settings::pattern::matches;

use crate::paths::identity;
use crate::waivers::entry::Entry;

/// The waivers of a configuration, and how they were used.
#[derive(Debug)]
pub struct Waivers<'c> {
    list: Vec<Waiver<'c>>,
    today: Date,
}

/// A waiver with compiled globs.
#[derive(Debug)]
pub struct Waiver<'c> {
    entry: &'c Entry,
    /// `None` means all files.
    paths: Option<Gitignore>,
    /// Whether it covers an object that was judged.
    covers_any: bool,
    /// The rules whose findings it waived.
    used: BTreeSet<&'static str>,
}

/// Today's date, in UTC.
pub fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

impl<'c> Waivers<'c> {
    /// Waivers that have not been used yet.
    pub fn new(list: Vec<Waiver<'c>>, today: Date) -> Waivers<'c> {
        Waivers { list, today }
    }

    /// Waives findings of the objects of a file.
    pub fn waive(&mut self, file: &str, objects: &mut [ObjectReport]) {
        if self.list.is_empty() {
            return;
        }
        let path = identity(Path::new(file));
        for waiver in self.list.iter_mut().filter(|waiver| waiver.covers_file(&path)) {
            for object in objects.iter_mut() {
                waiver.waive(object, self.today);
            }
        }
    }

    /// Warnings about waivers that cover a judged object but are unused or have ended: the path of a value in the list,
    /// and a message.
    pub fn warnings(&self, judged: &BTreeSet<&'static str>) -> Vec<(String, String)> {
        let mut warnings = Vec::new();
        for (index, waiver) in self.list.iter().enumerate().filter(|(_, waiver)| waiver.covers_any) {
            if let Some(date) = waiver.expired(self.today) {
                let message = format!("the waiver expired on {date}: renew or remove it");
                warnings.push((format!("[{index}].until"), message));
                continue;
            }
            for (number, rule) in waiver.entry.rules.0.iter().enumerate() {
                if judged.contains(rule.0) && !waiver.used.contains(rule.0) {
                    let message = format!("unused waiver: no {} finding; remove the id", rule.0);
                    warnings.push((format!("[{index}].rules[{number}]"), message));
                }
            }
        }
        warnings
    }
}

impl<'c> Waiver<'c> {
    /// A waiver that has not been used yet. `paths` must be the globs of the entry.
    pub fn new(entry: &'c Entry, paths: Option<Gitignore>) -> Waiver<'c> {
        Waiver { entry, paths, covers_any: false, used: BTreeSet::new() }
    }

    fn covers_file(&self, path: &Path) -> bool {
        let Some(globs) = &self.paths else { return true };
        // Globs do not match outside the folder that they are relative to.
        let relative = path.strip_prefix(globs.path());
        relative.is_ok_and(|relative| globs.matched_path_or_any_parents(relative, path.is_dir()).is_ignore())
    }

    fn covers_object(&self, object: &ObjectReport) -> bool {
        let title = object.title();
        self.entry.objects.as_ref().is_none_or(|list| list.0.iter().any(|pattern| matches(&pattern.0, &title)))
    }

    fn waive(&mut self, object: &mut ObjectReport, today: Date) {
        if !self.covers_object(object) {
            return;
        }
        self.covers_any |= !object.is_unreadable();
        if self.expired(today).is_none() {
            object.waive(|_, found| self.reason(found));
        }
    }

    fn reason(&mut self, found: &Diagnostic) -> Option<Waived> {
        let rule = self.entry.rules.0.iter().find(|rule| rule.0 == found.rule)?;
        self.used.insert(rule.0);
        Some(Waived { reason: self.entry.reason.0.clone(), source: WaiverSource::Configuration })
    }

    fn expired(&self, today: Date) -> Option<Date> {
        self.entry.until.map(|until| until.0).filter(|until| *until < today)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hostprocess_linter::report::Verdict;
    use hostprocess_linter::{File, Linter, Settings};
    use ignore::gitignore::GitignoreBuilder;
    use jiff::civil::date;
    use windows_hostprocess_policy::cluster::host::NoCluster;
    use windows_hostprocess_policy::decode::{parse, read};

    use super::*;

    const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: a, namespace: ops}
spec:
  nodeSelector: {kubernetes.io/os: windows}
  securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\\Local service'}}
  containers: [{name: a, image: example.com/a:1}]
";

    /// The verdict on a pod in `src/a.yaml` without hostNetwork, and the warnings about the waiver.
    fn waive(entry: &str, today: Date) -> (Verdict, Vec<(String, String)>) {
        let settings = Settings::default();
        let tree = settings.tree();
        let linter = Linter::new(&tree, Arc::new(NoCluster)).expect("valid");
        let mut report = linter.check(File::parse("src/a.yaml", POD.to_owned()));
        let json = format!("{{\"reason\": \"later\", {entry}}}");
        let tree = parse(json.as_bytes()).expect("JSON");
        let entry: Entry = read(&tree).expect("a waiver");
        let paths = entry.paths.as_ref().map(|globs| {
            let mut builder = GitignoreBuilder::new(std::env::current_dir().expect("a folder"));
            for glob in &globs.0 {
                builder.add_line(None, glob).expect("a glob");
            }
            builder.build().expect("globs")
        });
        let mut waivers = Waivers::new(vec![Waiver::new(&entry, paths)], today);
        waivers.waive("src/a.yaml", &mut report.objects);
        (report.objects[0].verdict, waivers.warnings(linter.judged_rules()))
    }

    #[test]
    fn every_key_must_cover_a_finding() {
        let accepted = (Verdict::Accept, Vec::new());
        let denied = (Verdict::Deny, Vec::new());
        for (entry, expected) in [
            ("", &accepted),
            (r#", "objects": ["Pod ops/a"]"#, &accepted),
            (r#", "objects": ["Pod x/*", "* ops/*"]"#, &accepted),
            (r#", "objects": ["Pod ops/b"]"#, &denied),
            (r#", "paths": ["a.yaml"]"#, &accepted),
            (r#", "paths": ["src/"]"#, &accepted),
            (r#", "paths": ["/a.yaml"]"#, &denied),
            (r#", "paths": ["*", "!src/a.yaml"]"#, &denied),
            (r#", "paths": ["src"], "objects": ["Pod ops/b"]"#, &denied),
        ] {
            let entry = format!(r#""rules": ["host-network"]{entry}"#);
            assert_eq!(&waive(&entry, date(2027, 1, 31)), expected, "{entry}");
        }
    }

    #[test]
    fn a_waiver_applies_up_to_and_including_its_last_day() {
        let entry = r#""rules": ["host-network"], "until": "2027-01-31""#;
        assert_eq!(waive(entry, date(2027, 1, 31)), (Verdict::Accept, Vec::new()));
        let warning = ("[0].until".to_owned(), "the waiver expired on 2027-01-31: renew or remove it".to_owned());
        assert_eq!(waive(entry, date(2027, 2, 1)), (Verdict::Deny, vec![warning]));
    }

    #[test]
    fn rules_without_a_waived_finding_are_reported() {
        let entry = r#""rules": ["os-linux", "host-network", "local-system"]"#;
        let warning = ("[0].rules[0]".to_owned(), "unused waiver: no os-linux finding; remove the id".to_owned());
        assert_eq!(waive(entry, date(2027, 1, 1)), (Verdict::Accept, vec![warning]));
    }
}
