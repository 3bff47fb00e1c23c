//! Applying patches to text.

use hostprocess_linter::File;
use hostprocess_linter::edit::{EditError, apply, change, independent};
use windows_hostprocess_policy::finding::patch::{Operation, Patch, Reach, add, remove, replace};

/// The number of patches that one pass applies to the first object, and the resulting text.
fn one_pass(text: &str, patches: Vec<Vec<Operation>>) -> (usize, String) {
    let file = File::parse("a.yaml", text.to_owned());
    let changes = patches
        .into_iter()
        .map(|operations| change(&file, 0, &Patch { reach: Reach::Command, operations }).expect("applicable"));
    let changes: Vec<_> = changes.collect();
    let chosen = independent(&changes, usize::MAX);
    (chosen.len(), apply(&file, &chosen).expect("applied"))
}

fn after(text: &str, operations: Vec<Operation>) -> String {
    one_pass(text, vec![operations]).1
}

const POD: &str = "apiVersion: v1
kind: Pod
spec:
  containers:
  - name: a
    args: [x, y, z]
    ports:
    - containerPort: 80
    - containerPort: 81 # the second
    - containerPort: 82
  hostUsers: false
";

#[test]
fn items_of_a_list_are_removed_together() {
    let path = |list: &str, index: usize| remove(&format!("spec.containers[0].{list}[{index}]"));
    let of = |list: &str, indices: &[usize]| indices.iter().map(|index| path(list, *index)).collect::<Vec<_>>();
    for (list, indices, expected) in [
        ("args", &[2, 1][..], "    args: [x]\n"),
        ("args", &[1, 0], "    args: [z]\n"),
        ("args", &[2, 0], "    args: [y]\n"),
        ("args", &[2, 1, 0], "    args: []\n"),
        ("ports", &[2, 0], "    ports:\n    - containerPort: 81 # the second\n  hostUsers"),
        ("ports", &[2, 1, 0], "    ports: []\n  hostUsers"),
    ] {
        let text = after(POD, of(list, indices));
        assert!(text.contains(expected), "{list} {indices:?}: {text}");
    }
}

#[test]
fn changes_that_touch_each_other_are_left_for_the_next_pass() {
    let port = |index: usize| vec![remove(&format!("spec.containers[0].ports[{index}]"))];
    let arg = |index: usize| vec![replace(&format!("spec.containers[0].args[{index}]"), "w")];
    let host_users = vec![remove("spec.hostUsers")];
    let host_network = vec![add("spec.hostNetwork", true)];
    for (patches, count) in [
        (vec![arg(0), arg(2)], 2),
        (vec![port(0), port(1)], 1),
        (vec![port(0), arg(1), host_users.clone()], 3),
        (vec![host_network, host_users], 1),
        // The index would refer to a different port.
        (vec![port(0), vec![replace("spec.containers[0].ports[1].containerPort", "x")]], 1),
    ] {
        assert_eq!(one_pass(POD, patches.clone()).0, count, "{patches:?}");
    }
}

#[test]
fn patches_that_cannot_be_applied_to_the_text_are_errors() {
    let shared = "apiVersion: v1\nkind: Pod\nspec: {hostIPC: &no false, hostPID: *no}\n";
    let file = File::parse("a.yaml", shared.to_owned());
    let patch = |operations| Patch { reach: Reach::Command, operations };
    let removed = change(&file, 0, &patch(vec![remove("spec.hostIPC")])).expect("a change");
    assert_eq!(apply(&file, &[&removed]), Err(EditError::ChangesMore));
    let missing = change(&file, 0, &patch(vec![remove("spec.x")])).expect_err("is not there");
    assert_eq!(missing, EditError::IsMissing("x".to_owned()));
    let nowhere = change(&file, 0, &patch(vec![add("spec.x.y", true)])).expect_err("is not there");
    assert_eq!(nowhere.to_string(), "/spec/x/y: cannot be located in the text");
}

#[test]
fn shared_values_are_not_changed_but_their_siblings_are() {
    let text = "x: &x {hostIPC: false}\napiVersion: v1\nkind: Pod\nspec:\n  <<: *x\n  nodeSelector: &n {}\nother: *n\n";
    let file = File::parse("a.yaml", text.to_owned());
    let applied = |operation: Operation| {
        let patch = Patch { reach: Reach::Command, operations: vec![operation] };
        change(&file, 0, &patch).and_then(|change| apply(&file, &[&change]))
    };
    assert_eq!(applied(remove("spec.hostIPC")), Err(EditError::SharesLine));
    assert_eq!(applied(replace("spec.hostIPC", true)), Err(EditError::ChangesMore));
    assert_eq!(applied(add("spec.nodeSelector.a", "b")), Err(EditError::HasNoMembers));
    let beside = text.replace("&n {}\n", "&n {}\n  hostNetwork: true\n");
    assert_eq!(applied(add("spec.hostNetwork", true)), Ok(beside));
}
