//! The leaves of a signature as its file says them: what is compiled does not keep how a condition was spelt.

use std::fmt::{self, Display};

use super::schema::{Fact, Node, Spec};
use super::where_clause::{Comparand, Condition, Operators, Scalar};

/// The fact leaves of a signature, in the order in which [`plan`](super::plan) numbers its leaves.
pub fn facts(spec: &Spec) -> Vec<&Fact> {
    let sequence = spec.sequence.iter().flat_map(|sequence| &sequence.steps);
    let nodes = spec.rule.any.iter().chain(&spec.rule.all);
    let nodes = nodes.chain(sequence).chain(&spec.cleared_by);
    let mut found = Vec::new();
    nodes.for_each(|node| below(node, &mut found));
    found
}

fn below<'s>(node: &'s Node, found: &mut Vec<&'s Fact>) {
    match node {
        Node::Line(_) => {}
        Node::Fact(fact) => found.push(fact),
        Node::Any(nodes) | Node::All(nodes) => nodes.iter().for_each(|node| below(node, found)),
        Node::Sequence(sequence) => sequence.steps.iter().for_each(|node| below(node, found)),
        Node::Absent(node) | Node::Given(node) => below(node, found),
        Node::Count(count) => {
            below(&count.of, found);
            count.among.iter().for_each(|node| below(node, found));
        }
    }
}

impl Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Condition::Equals(scalar) => scalar.fmt(formatter),
            Condition::Operators(operators) => operators.fmt(formatter),
        }
    }
}

impl Display for Operators {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |scalars: &Vec<Scalar>| {
            let scalars: Vec<String> = scalars.iter().map(Scalar::to_string).collect();
            format!("[{}]", scalars.join(", "))
        };
        let compared = |operand: &Option<Comparand>| operand.as_ref().map(Comparand::to_string);
        let operands = [
            ("eq", compared(&self.eq)),
            ("ne", compared(&self.ne)),
            ("in", self.one_of.as_ref().map(list)),
            ("not_in", self.not_in.as_ref().map(list)),
            ("matches", self.matches.clone()),
            ("not_matches", self.not_matches.clone()),
            ("contains", self.contains.clone()),
            ("not_contains", self.not_contains.clone()),
            ("lt", compared(&self.lt)),
            ("le", compared(&self.le)),
            ("gt", compared(&self.gt)),
            ("ge", compared(&self.ge)),
            ("exists", self.exists.map(|yes| yes.to_string())),
        ];
        let given = operands.into_iter();
        let given = given.filter_map(|(name, operand)| Some(format!("{name} {}", operand?)));
        formatter.write_str(&given.collect::<Vec<_>>().join(", "))
    }
}

impl Display for Comparand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Comparand::Value(scalar) => scalar.fmt(formatter),
            Comparand::Field(other) => match other.times {
                None => formatter.write_str(&other.field),
                Some(times) => write!(formatter, "{times} * {}", other.field),
            },
        }
    }
}

impl Display for Scalar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Bool(yes) => yes.fmt(formatter),
            Scalar::Int(number) => number.fmt(formatter),
            Scalar::Float(number) => number.fmt(formatter),
            Scalar::Text(text) => formatter.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::SignatureSet;

    #[test]
    fn written_and_compiled_facts_stand_in_one_order() {
        let set = SignatureSet::builtin().expect("the signatures are sound");
        for signature in set.iter() {
            let written = facts(signature.spec());
            let mut tested: Vec<(&str, Vec<&str>)> = Vec::new();
            for leaf in signature.fact_leaves() {
                let fields = leaf.tested().map(|at| leaf.kind.fields[at].name);
                let mut fields: Vec<&str> = fields.collect();
                fields.sort_unstable();
                tested.push((leaf.kind.name, fields));
            }
            let named = written.iter().map(|fact| {
                let fields = fact.conditions.keys().map(String::as_str);
                (fact.kind.as_str(), fields.collect())
            });
            assert_eq!(named.collect::<Vec<_>>(), tested, "{}", signature.id);
        }
    }

    #[test]
    fn conditions_read_as_they_are_written() {
        for (yaml, expected) in [
            ("Ready", "Ready"),
            ("{in: [a, 1, true]}", "in [a, 1, true]"),
            ("{ge: 90, lt: 95.5}", "lt 95.5, ge 90"),
            ("{lt: {field: minimum, times: 0.1}}", "lt 0.1 * minimum"),
            ("{exists: false}", "exists false"),
        ] {
            let condition: Condition = serde_saphyr::from_str(yaml).expect("a condition");
            assert_eq!(condition.to_string(), expected);
        }
    }
}
