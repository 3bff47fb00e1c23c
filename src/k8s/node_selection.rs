//! Evaluates `nodeSelector` and required node affinity for the operating system of the node, using the labels that
//! kubelets set. Custom labels, such as the name of a pool, are assumed to imply nothing.

use crate::k8s::pod_spec::{NodeSelectorRequirement, NodeSelectorTerm, PodSpec};
use crate::k8s::requirement::{Label, is_satisfied};

/// The label with the operating system of the node, `windows` or `linux`.
pub const OS: &str = "kubernetes.io/os";
/// The name of that label before Kubernetes 1.14. The node lifecycle controller still copies it onto every node.
pub const LEGACY_OS: &str = "beta.kubernetes.io/os";
/// The label with the build of Windows (`10.0.20348`), which only Windows nodes have.
pub const WINDOWS_BUILD: &str = "node.kubernetes.io/windows-build";

/// The label with the host name of the node, nearly always the node's name.
pub const HOSTNAME: &str = "kubernetes.io/hostname";

/// The operating system of a node according to its labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeOs {
    /// A Windows node.
    Windows,
    /// A Linux node.
    Linux,
    /// A node without the labels that a kubelet sets, such as a virtual node.
    Unlabelled,
}

impl NodeOs {
    /// The known state of a label of such a node.
    fn label(self, key: &str) -> Label<'static> {
        match (key, self) {
            (OS | LEGACY_OS, NodeOs::Windows) => Label::Value("windows"),
            (OS | LEGACY_OS, NodeOs::Linux) => Label::Value("linux"),
            (WINDOWS_BUILD, NodeOs::Windows) => Label::AnyValue,
            (OS | LEGACY_OS | WINDOWS_BUILD, _) => Label::Absent,
            _ => Label::Unknown,
        }
    }
}

/// The nodes that a pod accepts: its `nodeName`, its `nodeSelector` and its required affinity.
#[derive(Clone, Copy, Debug)]
pub struct NodeSelection<'s, 'a>(pub &'s PodSpec<'a>);

impl<'s, 'a> NodeSelection<'s, 'a> {
    /// The number of labels, values and terms in `nodeSelector` and the required affinity.
    pub fn requirement_count(self) -> usize {
        let count_of = |requirements: &[NodeSelectorRequirement]| -> usize {
            requirements.iter().map(|requirement| 1 + requirement.values.len()).sum()
        };
        let of_terms = self.required_terms().into_iter().flatten();
        let in_terms: usize =
            of_terms.map(|term| 1 + count_of(&term.match_expressions) + count_of(&term.match_fields)).sum();
        self.0.node_selector.iter().count() + in_terms
    }

    /// Whether the pod is intended for Windows nodes: only they satisfy its selectors, or it names its node, which is a
    /// deliberate choice. This is enough to suppress a warning, but no proof: see [`Self::requires_windows`].
    pub fn is_pinned_to_windows(self) -> bool {
        let named = [self.0.node_name, self.0.node_selector.get(HOSTNAME).copied()];
        named.into_iter().flatten().any(|name| !name.is_empty())
            || !self.admits(NodeOs::Linux) && !self.admits(NodeOs::Unlabelled)
    }

    /// Whether no Linux kubelet starts the pod, regardless of the node that it names: it has `os.name: windows`, or its
    /// selectors admit only Windows nodes.
    pub fn requires_windows(self) -> bool {
        let admits = |node| self.admits_by(|term| term.may_match(node), node);
        self.0.os.as_ref().is_some_and(|os| os.name == Some("windows"))
            || admits(NodeOs::Windows) && !admits(NodeOs::Linux) && !admits(NodeOs::Unlabelled)
    }

    /// The only node that can run the pod: the one in `nodeName`, else the one that the DaemonSet controller writes
    /// into the affinity of its pods.
    pub fn only_node(self) -> Option<&'s str> {
        match self.0.node_name {
            Some(name) if !name.is_empty() => Some(name),
            _ => match self.required_terms()? {
                [term] => term.match_fields.iter().find(|r| r.names_a_node()).and_then(|r| match &r.values[..] {
                    [name] => Some(*name),
                    _ => None,
                }),
                _ => None,
            },
        }
    }

    /// Whether the pod selects the operating system only by the deprecated label.
    pub fn selects_os_by_legacy_label_only(self) -> bool {
        self.selects_by(LEGACY_OS) && !self.selects_by(OS) && !self.selects_by(WINDOWS_BUILD)
    }

    /// Whether such a node may satisfy both `nodeSelector` and the required affinity.
    pub fn admits(self, node: NodeOs) -> bool {
        self.admits_by(|term| term.admits(node), node)
    }

    fn admits_by(self, term_admits: impl Fn(&NodeSelectorTerm) -> bool, node: NodeOs) -> bool {
        self.0.node_selector.iter().all(|(key, value)| selector_admits(key, value, node))
            && self.required_terms().is_none_or(|terms| terms.iter().any(term_admits))
    }

    /// The terms of the required node affinity. `Some` of an empty list matches no node, `None` matches all.
    pub fn required_terms(self) -> Option<&'s [NodeSelectorTerm<'a>]> {
        let affinity = self.0.affinity.as_ref()?.node_affinity.as_ref()?;
        let required = affinity.required_during_scheduling_ignored_during_execution.as_ref()?;
        Some(&required.node_selector_terms)
    }

    fn selects_by(self, label: &str) -> bool {
        self.0.node_selector.get(label).is_some()
            || self
                .required_terms()
                .into_iter()
                .flatten()
                .any(|term| term.match_expressions.iter().any(|r| r.is_on(label)))
    }
}

/// Whether such a node may satisfy one entry of `nodeSelector`.
pub fn selector_admits(key: &str, value: &str, node: NodeOs) -> bool {
    is_satisfied("In", &[value], node.label(key)) != Some(false)
}

impl<'a> NodeSelectorTerm<'a> {
    /// Whether such a node may satisfy the term. A term that names a node admits only Windows, because that is a
    /// deliberate choice. (The DaemonSet controller replaces the terms of its template with such a term.)
    pub fn admits(&self, node: NodeOs) -> bool {
        (node == NodeOs::Windows || !self.names_a_node()) && self.may_match(node)
    }

    /// Like [`Self::admits`], ignoring names: any node may have the required one.
    fn may_match(&self, node: NodeOs) -> bool {
        let is_empty = self.match_expressions.is_empty() && self.match_fields.is_empty();
        !is_empty && self.match_expressions.iter().all(|requirement| requirement.admits(node))
    }

    /// The first requirement on the operating system.
    pub fn os_requirement(&self) -> Option<&NodeSelectorRequirement<'a>> {
        self.match_expressions.iter().find(|r| r.is_on(OS) || r.is_on(LEGACY_OS) || r.is_on(WINDOWS_BUILD))
    }

    fn names_a_node(&self) -> bool {
        self.match_fields.iter().any(NodeSelectorRequirement::names_a_node)
            || self.match_expressions.iter().any(NodeSelectorRequirement::names_a_host)
    }
}

impl NodeSelectorRequirement<'_> {
    /// Whether such a node may satisfy the requirement.
    pub fn admits(&self, node: NodeOs) -> bool {
        self.is_satisfied_by(node.label(self.key.unwrap_or_default())) != Some(false)
    }

    /// Whether a label satisfies the requirement; `None` if unknown.
    pub fn is_satisfied_by(&self, label: Label) -> Option<bool> {
        is_satisfied(self.operator.unwrap_or_default(), &self.values, label)
    }

    /// The requirement in messages: `kubernetes.io/os In [windows, linux]`.
    pub fn text(&self) -> String {
        let mut text = format!("{} {}", self.key.unwrap_or_default(), self.operator.unwrap_or_default());
        if !self.values.is_empty() {
            text.push_str(&format!(" [{}]", self.values.join(", ")));
        }
        text
    }

    fn is_on(&self, key: &str) -> bool {
        self.key == Some(key)
    }

    fn names_a_node(&self) -> bool {
        self.is_on("metadata.name") && self.operator == Some("In")
    }

    fn names_a_host(&self) -> bool {
        self.is_on(HOSTNAME) && self.operator == Some("In")
    }

    /// Whether it explicitly includes Linux nodes: `kubernetes.io/os In [windows, linux]`.
    pub fn asks_for_linux(&self) -> bool {
        (self.is_on(OS) || self.is_on(LEGACY_OS)) && self.operator == Some("In") && self.values.contains(&"linux")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn with_selection<T>(json: &str, answer: impl Fn(NodeSelection) -> T) -> T {
        let tree = crate::decode::parse(json.as_bytes()).expect("JSON");
        answer(NodeSelection(&crate::decode::read(&tree).expect("a pod spec")))
    }

    fn with_terms(terms: &str) -> String {
        format!(
            r#"{{"affinity": {{"nodeAffinity": {{"requiredDuringSchedulingIgnoredDuringExecution": {{"nodeSelectorTerms": [{terms}]}}}}}}}}"#
        )
    }

    fn with_expressions(expressions: &str) -> String {
        with_terms(&format!(r#"{{"matchExpressions": [{expressions}]}}"#))
    }

    /// Whether Windows, Linux and unlabelled nodes are admitted.
    fn admitted(json: &str) -> (bool, bool, bool) {
        with_selection(json, |nodes| {
            (nodes.admits(NodeOs::Windows), nodes.admits(NodeOs::Linux), nodes.admits(NodeOs::Unlabelled))
        })
    }

    const WINDOWS: (bool, bool, bool) = (true, false, false);
    const LINUX: (bool, bool, bool) = (false, true, false);
    const ANY: (bool, bool, bool) = (true, true, true);
    const NONE: (bool, bool, bool) = (false, false, false);

    #[rstest]
    #[case(r#"{}"#, ANY)]
    #[case(r#"{"nodeSelector": {"pool": "win"}}"#, ANY)]
    #[case(r#"{"nodeSelector": {"kubernetes.io/os": "windows"}}"#, WINDOWS)]
    #[case(r#"{"nodeSelector": {"beta.kubernetes.io/os": "windows"}}"#, WINDOWS)]
    #[case(r#"{"nodeSelector": {"node.kubernetes.io/windows-build": "10.0.20348"}}"#, WINDOWS)]
    #[case(r#"{"nodeSelector": {"kubernetes.io/os": "linux"}}"#, LINUX)]
    #[case(r#"{"nodeSelector": {"kubernetes.io/os": "Windows"}}"#, NONE)]
    #[case(
        r#"{"nodeSelector": {"kubernetes.io/os": "linux", "node.kubernetes.io/windows-build": "10.0.20348"}}"#,
        NONE
    )]
    fn node_selector(#[case] json: &str, #[case] expected: (bool, bool, bool)) {
        assert_eq!(admitted(json), expected);
    }

    #[rstest]
    #[case(r#"{"key": "kubernetes.io/os", "operator": "In", "values": ["windows"]}"#, WINDOWS)]
    #[case(r#"{"key": "kubernetes.io/os", "operator": "In", "values": ["windows", "linux"]}"#, (true, true, false))]
    #[case(r#"{"key": "kubernetes.io/os", "operator": "In", "values": []}"#, NONE)]
    #[case(r#"{"key": "kubernetes.io/os", "operator": "NotIn", "values": ["linux"]}"#, (true, false, true))]
    #[case(r#"{"key": "kubernetes.io/os", "operator": "NotIn", "values": ["windows"]}"#, (false, true, true))]
    #[case(r#"{"key": "kubernetes.io/os", "operator": "Exists"}"#, (true, true, false))]
    #[case(r#"{"key": "kubernetes.io/os", "operator": "DoesNotExist"}"#, (false, false, true))]
    #[case(r#"{"key": "kubernetes.io/os", "operator": "Gt", "values": ["1"]}"#, NONE)]
    #[case(r#"{"key": "node.kubernetes.io/windows-build", "operator": "Exists"}"#, WINDOWS)]
    #[case(r#"{"key": "node.kubernetes.io/windows-build", "operator": "DoesNotExist"}"#, (false, true, true))]
    #[case(r#"{"key": "node.kubernetes.io/windows-build", "operator": "NotIn", "values": ["10.0.17763"]}"#, ANY)]
    #[case(r#"{"key": "pool", "operator": "In", "values": ["win"]}"#, ANY)]
    #[case(r#"{"key": "kubernetes.io/os", "operator": "Sideways"}"#, ANY)]
    #[case(r#"{}"#, ANY)]
    fn requirements(#[case] expression: &str, #[case] expected: (bool, bool, bool)) {
        assert_eq!(admitted(&with_expressions(expression)), expected);
    }

    #[test]
    fn expressions_are_anded() {
        let os = |operator: &str, values: &str| {
            format!(r#"{{"key": "kubernetes.io/os", "operator": "{operator}", "values": [{values}]}}"#)
        };
        let both = [os("Exists", ""), os("NotIn", r#""linux""#)].join(", ");
        assert_eq!(admitted(&with_expressions(&both)), WINDOWS);
        let contradiction = [os("In", r#""linux""#), os("In", r#""windows""#)].join(", ");
        assert_eq!(admitted(&with_expressions(&contradiction)), NONE);
    }

    #[test]
    fn terms_are_ored() {
        let term = |os: &str| {
            format!(r#"{{"matchExpressions": [{{"key": "kubernetes.io/os", "operator": "In", "values": ["{os}"]}}]}}"#)
        };
        let pool = r#"{"matchExpressions": [{"key": "pool", "operator": "Exists"}]}"#;
        assert_eq!(admitted(&with_terms(&[&term("windows"), pool].map(str::to_owned).join(", "))), ANY);
        assert_eq!(admitted(&with_terms(&[term("windows"), term("linux")].join(", "))), (true, true, false));
        assert_eq!(admitted(&with_terms(&[term("windows"), term("windows")].join(", "))), WINDOWS);
    }

    #[test]
    fn empty_terms_and_empty_lists_of_terms_match_no_node() {
        assert_eq!(admitted(&with_terms("")), NONE);
        assert_eq!(admitted(&with_terms("{}")), NONE);
        assert_eq!(
            admitted(r#"{"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": null}}}"#),
            ANY
        );
    }

    #[test]
    fn selector_and_affinity_are_anded() {
        let affinity = with_expressions(r#"{"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]}"#);
        let both = affinity.replacen('{', r#"{"nodeSelector": {"kubernetes.io/os": "windows"}, "#, 1);
        assert_eq!(admitted(&both), NONE);
    }

    #[rstest]
    #[case(r#"{"os": {"name": "windows"}}"#, true)]
    #[case(r#"{"os": {"name": "linux"}}"#, false)]
    #[case(r#"{"nodeSelector": {"kubernetes.io/os": "windows"}}"#, true)]
    #[case(r#"{"nodeSelector": {"kubernetes.io/os": "windows"}, "nodeName": "any"}"#, true)]
    #[case(r#"{"nodeName": "akswin000000"}"#, false)]
    #[case(r#"{"nodeSelector": {"pool": "win"}}"#, false)]
    // These match no node that should exist, which proves nothing.
    #[case(r#"{"nodeSelector": {"kubernetes.io/os": "Windows"}}"#, false)]
    #[case(r#"{"nodeSelector": {"kubernetes.io/os": "linux", "node.kubernetes.io/windows-build": "x"}}"#, false)]
    fn windows_is_required_by_os_name_or_selectors(#[case] json: &str, #[case] expected: bool) {
        assert_eq!(with_selection(json, |nodes| nodes.requires_windows()), expected);
    }

    #[test]
    fn node_names_in_the_affinity_do_not_require_windows() {
        let named = r#""matchFields": [{"key": "metadata.name", "operator": "In", "values": ["node-a"]}]"#;
        let windows = r#""matchExpressions": [{"key": "kubernetes.io/os", "operator": "In", "values": ["windows"]}]"#;
        let requires = |terms: &str| with_selection(&with_terms(terms), |nodes| nodes.requires_windows());
        assert!(!requires(&format!("{{{named}}}")));
        assert!(requires(&format!("{{{named}, {windows}}}")));
        assert!(!requires(&format!("{{{named}}}, {{{windows}}}")), "one matching term is enough");
        assert!(!requires("{}") && !requires(""));
    }

    #[test]
    fn only_node_is_named_by_the_spec_or_a_single_term() {
        let only = |json: &str| with_selection(json, |nodes| nodes.only_node().map(str::to_owned));
        let named = |names: &str| {
            format!(r#"{{"matchFields": [{{"key": "metadata.name", "operator": "In", "values": [{names}]}}]}}"#)
        };
        assert_eq!(only(r#"{"nodeName": "a"}"#).as_deref(), Some("a"));
        assert_eq!(only(&with_terms(&named(r#""a""#))).as_deref(), Some("a"));
        let both = with_terms(&named(r#""a""#)).replacen('{', r#"{"nodeName": "b", "#, 1);
        assert_eq!(only(&both).as_deref(), Some("b"));
        for terms in [named(r#""a", "b""#), named(""), [named(r#""a""#), named(r#""b""#)].join(", ")] {
            assert_eq!(only(&with_terms(&terms)), None, "{terms}");
        }
        assert_eq!(only(&with_terms(&named(r#""a""#).replace("In", "NotIn"))), None);
        assert_eq!(only("{}"), None);
    }

    #[rstest]
    #[case(r#"{"nodeSelector": {"kubernetes.io/hostname": "win-1"}}"#, true)]
    #[case(r#"{"nodeSelector": {"kubernetes.io/hostname": ""}}"#, false)]
    #[case(r#"{"nodeSelector": {"example.com/hostname": "win-1"}}"#, false)]
    fn host_names_in_the_selector_pin_a_pod(#[case] json: &str, #[case] pinned: bool) {
        assert_eq!(with_selection(json, |nodes| nodes.is_pinned_to_windows()), pinned);
        assert!(!with_selection(json, |nodes| nodes.requires_windows()), "and proves nothing");
    }

    #[rstest]
    #[case(r#"{"key": "kubernetes.io/hostname", "operator": "In", "values": ["win-1", "win-2"]}"#, true)]
    #[case(r#"{"key": "kubernetes.io/hostname", "operator": "NotIn", "values": ["linux-1"]}"#, false)]
    #[case(r#"{"key": "kubernetes.io/hostname", "operator": "Exists"}"#, false)]
    fn host_names_in_the_affinity_pin_a_pod(#[case] expression: &str, #[case] pinned: bool) {
        let json = with_expressions(expression);
        assert_eq!(with_selection(&json, |nodes| nodes.is_pinned_to_windows()), pinned);
        assert!(!with_selection(&json, |nodes| nodes.requires_windows()), "and proves nothing");
    }

    #[test]
    fn node_names_pin_a_pod() {
        let is_pinned = |json: &str| with_selection(json, |nodes| nodes.is_pinned_to_windows());
        assert!(is_pinned(r#"{"nodeName": "akswin000000"}"#));
        assert!(!is_pinned(r#"{"nodeName": ""}"#));
        let by_field = r#"{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["akswin000000"]}]}"#;
        assert!(is_pinned(&with_terms(by_field)));
        assert!(!is_pinned(&with_terms(&by_field.replace("In", "NotIn"))));
        let or_by_label = format!(r#"{by_field}, {{"matchExpressions": [{{"key": "a", "operator": "Exists"}}]}}"#);
        assert!(!is_pinned(&with_terms(&or_by_label)));
    }
}
