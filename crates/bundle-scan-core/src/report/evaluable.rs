//! Which signatures could be judged at all: whether the bundle holds the logs and facts that they look at.

use std::collections::BTreeMap;

use super::Report;
use crate::fact::census::Census;
use crate::fact::kind::{self, Kind};
use crate::signature::Signature;
use crate::signature::compile::Leaf;
use crate::source::component::{Component, ComponentSet};

/// What a signature looks at that the bundle does not hold; ordered by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Lacking {
    /// Components of which no lines are there. Where a signature asks for lines of any of several, all of them.
    pub components: Vec<&'static str>,
    /// Kinds of facts of which there are none.
    pub facts: Vec<&'static str>,
}

impl Lacking {
    /// All of it, each name once.
    pub fn names(&self) -> Vec<&'static str> {
        let mut names = self.components.clone();
        let facts = self.facts.iter();
        names.extend(facts.filter(|fact| !self.components.contains(fact)));
        names
    }
}

/// What became of the signatures of a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Judged {
    /// Found, in whatever section of the report.
    pub matched: u64,
    /// Not found in what they look at.
    pub clean: u64,
    /// With nothing to look at.
    pub not_evaluable: u64,
}

impl Judged {
    /// Whether there was nothing that any signature could look at.
    pub fn is_nothing(&self) -> bool {
        self.matched + self.clean == 0
    }

    /// Of the signatures that a report was made with.
    pub fn of(report: &Report) -> Self {
        let told = report.findings.len() + report.benign.len() + report.lost.len();
        let matched = told + report.suppressed.len();
        let not_evaluable = report.coverage.not_evaluable.len();
        let clean = report
            .tool
            .signatures
            .saturating_sub(matched + not_evaluable);
        Judged {
            matched: matched as u64,
            clean: clean as u64,
            not_evaluable: not_evaluable as u64,
        }
    }
}

/// The signatures with nothing to look at, by what they lack, the largest group first.
pub fn by_lack(not_evaluable: &BTreeMap<String, Lacking>) -> Vec<(&Lacking, Vec<&str>)> {
    let mut groups: BTreeMap<&Lacking, Vec<&str>> = BTreeMap::new();
    for (id, lacking) in not_evaluable {
        groups.entry(lacking).or_default().push(id);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, ids)| std::cmp::Reverse(ids.len()));
    groups
}

/// Kinds of facts that tell of parts, of which a thing may have none, with the kind that is there whenever the parts were printed.
const PARTS: [(&Kind, &Kind); 3] = [
    (&kind::INGRESS_BACKEND, &kind::INGRESS),
    (&kind::NODE_TAINT, &kind::NODE_CONDITION),
    (&kind::VOLUME, &kind::CONTAINER),
];

/// What a bundle holds to look at.
#[derive(Debug)]
pub(super) struct Sources<'c> {
    speakers: ComponentSet,
    facts: &'c Census,
}

impl<'c> Sources<'c> {
    /// `speakers` are those whose lines are there; events may be objects.
    pub(super) fn new(mut speakers: ComponentSet, facts: &'c Census) -> Self {
        let has_events = facts.facts.contains_key("event");
        speakers.extend(has_events.then_some(Component::Event));
        Sources { speakers, facts }
    }

    /// What a signature would have had to look at, if it cannot be judged.
    pub(super) fn lacking(&self, signature: &Signature) -> Option<Lacking> {
        let is_judged = match &signature.plan {
            Some(plan) => plan
                .root
                .may_hold(&|leaf| self.holds(&signature.leaves[leaf])),
            None => signature.leaves.iter().any(|leaf| self.holds(leaf)),
        };
        if is_judged {
            return None;
        }
        let mut components = ComponentSet::default();
        let mut facts = Vec::new();
        let clears = signature.plan.as_ref().map_or(&[][..], |plan| &plan.clears);
        for (number, leaf) in signature.leaves.iter().enumerate() {
            match leaf {
                _ if clears.contains(&number) || self.holds(leaf) => {}
                Leaf::Line(line) => components.extend(line.scope.iter()),
                Leaf::Fact(fact) => facts.push(fact.kind.name),
            }
        }
        facts.sort_unstable();
        facts.dedup();
        Some(Lacking {
            components: components.iter().map(Component::as_str).collect(),
            facts,
        })
    }

    fn holds(&self, leaf: &Leaf) -> bool {
        match leaf {
            Leaf::Line(line) => self
                .speakers
                .iter()
                .any(|speaker| line.scope.admits(speaker)),
            Leaf::Fact(fact) => self.knows(fact.kind),
        }
    }

    /// Whether there are facts of a kind, or would be if there were anything to tell.
    fn knows(&self, kind: &Kind) -> bool {
        let has = |kind: &Kind| self.facts.facts.contains_key(kind.name);
        let mut wholes = PARTS.iter().filter(|(part, _)| *part == kind);
        has(kind) || wholes.any(|(_, whole)| has(whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::SignatureSet;
    use crate::signature::load::SourceFile;

    /// What a signature lacks in a bundle with kubelet lines and facts of nodes: `None` if it can be judged.
    fn lacking(rule: &str) -> Option<Lacking> {
        let text = format!(
            "id: a\ntitle: {{en: t, zh: t}}\nseverity: error\nconfidence: high\ncategory: node\n{rule}\n\
             cause: {{en: c, zh: c}}\nimpact: {{en: i, zh: i}}\nremedy: [{{en: r, zh: r, risk: read-only}}]\n\
             samples: {{positive: [{{member: m, text: task blocked}}], negative: [{{member: m, text: task}}]}}\n"
        );
        let file = SourceFile {
            name: "a.yaml".into(),
            text,
        };
        let set = SignatureSet::empty().with_files(vec![file]).expect("valid");
        let mut census = Census::default();
        census.facts.insert("node_condition", 4);
        let sources = Sources::new([Component::Kubelet].into_iter().collect(), &census);
        let signature = set.iter().next().expect("one signature");
        sources.lacking(signature)
    }

    #[test]
    fn a_signature_is_judged_if_what_it_needs_is_there() {
        let line = |component: &str| {
            format!("{{line: {{component: [{component}], literal: task blocked}}}}")
        };
        let fact = |kind: &str| format!("{{fact: {{kind: {kind}}}}}");
        let (kubelet, kernel) = (line("kubelet"), line("kernel"));
        let (taint, lvs) = (fact("node_taint"), fact("lvs"));
        type Names = &'static [&'static str];
        let cases: [(String, Option<(Names, Names)>); 7] = [
            (format!("match: {{any: [{kubelet}]}}"), None),
            (
                format!("match: {{any: [{kernel}]}}"),
                Some((&["kernel"], &[])),
            ),
            (format!("match: {{any: [{kernel}, {taint}]}}"), None),
            (
                format!("match: {{any: [{kernel}, {lvs}]}}"),
                Some((&["kernel"], &["lvs"])),
            ),
            (
                format!("match: {{all: [{kubelet}, {lvs}]}}"),
                Some((&[], &["lvs"])),
            ),
            (
                format!("match: {{all: [{kubelet}, {{absent: {kernel}}}]}}"),
                None,
            ),
            (
                format!("match: {{any: [{kernel}]}}\ncleared_by: [{lvs}]"),
                Some((&["kernel"], &[])),
            ),
        ];
        for (rule, expected) in cases {
            let found = lacking(&rule);
            let found = found
                .as_ref()
                .map(|found| (&found.components[..], &found.facts[..]));
            assert_eq!(found, expected, "{rule}");
        }
    }
}
