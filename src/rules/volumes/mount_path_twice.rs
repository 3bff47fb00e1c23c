use super::mounts::Mount;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::node::era::Era;
use crate::order::ByName;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::path::WindowsPath;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "mount-path-twice",
    summary: about!("two mount paths that are spellings of one place, such as `C:\\data` and `/data`"),
    severity_varies: about!("deny if nodes may lack the bind filter; else warn"),
    reads: Fields::of(&["mountPath"]),
    page: page!("mount_path_twice.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let may_fail = context.settings.may_have(|era: Era| !era.binds());
    let (severity, effect) = match may_fail {
        true => (Severity::Deny, "the container does not start on nodes without the bind filter"),
        false => (Severity::Warn, "only one of the two is visible"),
    };
    for joined in context.pod.volumes.mounts_by_container().filter(|joined| joined[0].is_host_process) {
        if !may_share_a_place(joined.iter().map(|mount| &mount.path)) {
            continue;
        }
        let mounts: Vec<Mount> = joined.iter().map(|mount| Mount::of(context.pod, mount)).collect();
        let places = mounts.iter().map(|mount| mount.path().place().unwrap_or_default().into());
        for group in ByName::new(places.collect()).groups() {
            let Some((first, others)) = group.split_first() else { continue };
            // Only paths on drives have comparable places.
            if others.is_empty() || mounts[*first].path().drive().is_none() {
                continue;
            }
            // Quoted once, because it may be as long as a request, and very many mounts may share the place.
            let first = quote(mounts[*first].text()).to_string();
            for second in others.iter().map(|other| &mounts[*other]) {
                findings.at(severity).container(
                    &second.container,
                    second.field("mountPath"),
                    format!("{} is the same place as {first}, so {effect}", quote(second.text())),
                    "mount the volumes at different paths, or remove one of the mounts",
                );
            }
        }
    }
}

/// Whether paths may share a place, by their checksums: nearly all containers mount everything at distinct places, and
/// sorting the places is more expensive. Many paths are not checked, because some sums would coincide anyway.
fn may_share_a_place<'a>(mut paths: impl ExactSizeIterator<Item = &'a WindowsPath<'a>>) -> bool {
    const MANY: usize = 100;
    if paths.len() > MANY {
        return true;
    }
    let mut seen = [0_u64; 64];
    paths.any(|path| {
        let Some(sum) = path.quick_sum() else { return true };
        let (word, bit) = (&mut seen[usize::from(sum / 64 % 64)], 1 << (sum % 64));
        std::mem::replace(word, *word | bit) & bit != 0
    })
}
