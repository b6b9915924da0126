//! Why a signature fired or did not as one JSON document. `docs/trace.schema.json` describes it.
//!
//! Additive changes only. Key order is the order of the structs.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::json::{WireBundle, WireTool, write_document};
use super::trace::{condition, exclusion, reason};
use super::{Render, RenderOptions};
use crate::base::lang::Lang;
use crate::error::Error;
use crate::finding::End;
use crate::finding::attempts::{Example, Tried};
use crate::finding::parts::{Counting, Node, Part};
use crate::report::trace::{
    LeafTrace, Missing, Required, Role, Seen, Standing, Trace, Verdict, Why,
};
use crate::report::{Finding, Report, SCHEMA_VERSION};
use crate::signature::compile::Leaf;
use crate::signature::schema::Threshold;

/// See [`super::TRACE_JSON`].
pub struct TraceJson;

impl Render for TraceJson {
    fn id(&self) -> &'static str {
        "json"
    }

    fn write_with(
        &self,
        report: &Report,
        options: &RenderOptions,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        match &report.trace {
            Some(trace) => write_document(&WireTrace::new(report, trace, options.lang), out),
            None => Ok(()),
        }
    }
}

/// The JSON Schema of a trace: `docs/trace.schema.json`.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(WireTrace<'static>).to_value()
}

#[derive(JsonSchema, Serialize)]
#[schemars(title = "bundle-scan trace")]
struct WireTrace<'r> {
    schema_version: u32,
    tool: WireTool<'r>,
    bundle: WireBundle<'r>,
    status: &'static str,
    id: &'r str,
    title: &'r str,
    fired: bool,
    /// `finding`, `benign` or `lost`: where it stands in the report. Null if it did not fire.
    standing: Option<&'static str>,
    finding: Option<WireStanding<'r>>,
    /// Why it did not fire. Null if it did.
    reason: Option<WireReason>,
    leaves: Vec<WireLeaf<'r>>,
    /// Null if any leaf is enough.
    together: Option<WireTogether<'r>>,
    threshold: Option<WireThreshold<'r>>,
    requires: Vec<WireRequired<'r>>,
}

#[derive(JsonSchema, Serialize)]
struct WireStanding<'r> {
    /// From 1; 0 for what does not stand among the findings.
    rank: usize,
    /// Findings in all.
    of: usize,
    severity: &'static str,
    state: &'static str,
    state_reason: &'static str,
    count: u64,
    explained_by: Option<&'r str>,
}

#[derive(JsonSchema, Serialize)]
struct WireReason {
    /// `no_source`, `no_anchor`, `component`, `literal`, `regex`, `excluded`, `condition`, `present`, `count`, `sequence`, `apart`,
    /// `threshold`, `requires` or `no_proof`.
    code: &'static str,
    /// The number of the leaf, from 1, if it is about one.
    leaf: Option<usize>,
    text: String,
}

#[derive(JsonSchema, Serialize)]
struct WireLeaf<'r> {
    /// From 1.
    number: usize,
    /// `proves`; `asked` for what is given, must be absent, or is what a share is taken of; or `clears`.
    role: &'static str,
    /// Null for a leaf that looks at lines.
    fact: Option<&'static str>,
    /// Components or groups; none for anybody but the echoes.
    components: &'r [String],
    literals: &'r [String],
    regex: Option<&'r str>,
    /// What captures or fields must be.
    conditions: BTreeMap<&'r str, String>,
    /// What there was to look at. Null for a leaf that looks at facts.
    source: Option<WireSource>,
    /// Lines that hold an anchor, or facts of the kind.
    tried: u64,
    matched: u64,
    /// Where the tests ended, in their order.
    ends: Vec<WireEnd<'r>>,
}

#[derive(JsonSchema, Serialize)]
struct WireSource {
    /// Members in which a component speaks that the leaf listens to.
    members: u64,
    lines: u64,
    /// Members in which each line tells who speaks.
    open_members: u64,
    open_lines: u64,
    /// Events, if it listens to these.
    events: u64,
}

#[derive(JsonSchema, Serialize)]
struct WireEnd<'r> {
    /// `component`, `literal`, `regex`, `excluded`, `condition` or `match`.
    end: &'static str,
    /// The component that spoke, or the capture or field.
    name: Option<&'r str>,
    /// What was wanted of it, or the exclusion.
    rule: Option<String>,
    count: u64,
    /// Facts to which nothing else is wrong.
    alone: u64,
    /// The first of them by `lacks`, member and line.
    examples: Vec<WireExample<'r>>,
}

#[derive(JsonSchema, Serialize)]
struct WireExample<'r> {
    member: &'r str,
    line: u64,
    /// How many fields of a fact are not as wanted; 0 for a line.
    lacks: usize,
    /// Of a fact what names it and what was tested.
    text: &'r str,
    truncated: bool,
    /// What the capture or field was.
    value: Option<&'r str>,
}

#[derive(JsonSchema, Serialize)]
struct WireTogether<'r> {
    join: &'r [String],
    /// Sets of joined entities that were tried.
    sets: u64,
    root: WirePart<'r>,
}

#[derive(JsonSchema, Serialize)]
struct WirePart<'r> {
    /// `leaf`, `any`, `all`, `absent`, `given`, `count` or `sequence`.
    part: &'static str,
    /// The number of the leaf, from 1.
    leaf: Option<usize>,
    /// For how many sets it holds.
    holds: u64,
    /// Whether all that it needs was found at all.
    found: bool,
    count: Option<WireCount<'r>>,
    within_seconds: Option<u64>,
    /// Of a sequence.
    ordered: Option<bool>,
    parts: Vec<WirePart<'r>>,
}

#[derive(JsonSchema, Serialize)]
struct WireCount<'r> {
    at_least: u64,
    at_most: Option<u64>,
    distinct: Option<&'r str>,
    percent: Option<u64>,
    /// The largest number in any set.
    most: u64,
    /// The smallest.
    least: u64,
    /// How many had the largest share.
    share: u64,
    /// What that was taken of.
    of: Option<u64>,
}

#[derive(JsonSchema, Serialize)]
struct WireThreshold<'r> {
    count: u64,
    within_seconds: Option<u64>,
    distinct: Option<&'r str>,
    per: &'r [String],
    /// The most that came within the window.
    most: u64,
}

#[derive(JsonSchema, Serialize)]
struct WireRequired<'r> {
    property: &'r str,
    wanted: &'r [String],
    values: &'r [String],
    /// Null if the bundle says nothing about it.
    met: Option<bool>,
}

impl<'r> WireTrace<'r> {
    fn new(report: &'r Report, trace: &'r Trace, lang: Lang) -> Self {
        let spec = trace.signature.spec();
        let threshold = trace.signature.threshold.as_ref();
        let plan = trace.signature.plan.as_ref();
        let together = trace.together.as_ref().zip(plan);
        WireTrace {
            schema_version: SCHEMA_VERSION,
            tool: WireTool::new(report),
            bundle: WireBundle::new(report),
            status: report.status.as_str(),
            id: &spec.id,
            title: spec.title.text(lang),
            fired: matches!(trace.verdict, Verdict::Fired(_)),
            standing: match trace.verdict {
                Verdict::Fired(Standing::Finding) => Some("finding"),
                Verdict::Fired(Standing::Benign) => Some("benign"),
                Verdict::Fired(Standing::Lost) => Some("lost"),
                Verdict::Silent(_) => None,
            },
            finding: trace
                .finding(report)
                .map(|finding| WireStanding::new(finding, report)),
            reason: WireReason::new(trace, lang),
            leaves: (0..trace.leaves.len())
                .map(|number| WireLeaf::new(trace, number))
                .collect(),
            together: together.map(|(together, plan)| WireTogether {
                join: &plan.group_by,
                sets: together.sets,
                root: WirePart::new(&together.root),
            }),
            threshold: threshold
                .map(|threshold| WireThreshold::new(threshold, trace.most.unwrap_or(0))),
            requires: trace.requires.iter().map(WireRequired::new).collect(),
        }
    }
}

impl<'r> WireStanding<'r> {
    fn new(finding: &'r Finding, report: &'r Report) -> Self {
        WireStanding {
            rank: finding.rank,
            of: report.findings.len(),
            severity: finding.severity().as_str(),
            state: finding.state.as_str(),
            state_reason: finding.reason.as_str(),
            count: finding.count,
            explained_by: finding.explained_by.as_deref(),
        }
    }
}

impl WireReason {
    fn new(trace: &Trace, lang: Lang) -> Option<Self> {
        let text = reason(trace, lang)?;
        let Verdict::Silent(missing) = &trace.verdict else {
            return None;
        };
        let (code, leaf) = match missing {
            Missing::Leaf { leaf, why } => {
                let code = match why {
                    Why::NoSource => "no_source",
                    Why::NoAnchor => "no_anchor",
                    Why::Ended(end) => end_code(end),
                };
                (code, Some(leaf + 1))
            }
            Missing::Present { leaf } => ("present", Some(leaf + 1)),
            Missing::Count(_) => ("count", None),
            Missing::Sequence { .. } => ("sequence", None),
            Missing::Apart => ("apart", None),
            Missing::Threshold { .. } => ("threshold", None),
            Missing::Requires { .. } => ("requires", None),
            Missing::Proof => ("no_proof", None),
        };
        Some(WireReason { code, leaf, text })
    }
}

fn end_code(end: &End) -> &'static str {
    match end {
        End::Component(_) => "component",
        End::Literal => "literal",
        End::Regex => "regex",
        End::Excluded(_) => "excluded",
        End::Condition(_) => "condition",
        End::Holds => "match",
    }
}

impl<'r> WireLeaf<'r> {
    fn new(trace: &'r Trace, number: usize) -> Self {
        let told: &LeafTrace = &trace.leaves[number];
        let leaf: &Leaf = &trace.signature.leaves[number];
        let line = leaf.as_line().map(|line| line.written());
        let conditions = trace.conditions(number).into_iter().flatten();
        WireLeaf {
            number: number + 1,
            role: match told.role {
                Role::Proves => "proves",
                Role::Asked => "asked",
                Role::Clears => "clears",
            },
            fact: leaf.as_fact().map(|fact| fact.kind.name),
            components: line.map_or(&[], |line| &line.component),
            literals: line.map_or(&[], |line| &line.literal),
            regex: line.and_then(|line| line.regex.as_deref()),
            conditions: conditions
                .map(|(name, wanted)| (name.as_str(), wanted.to_string()))
                .collect(),
            source: match told.seen {
                Seen::Facts(_) => None,
                Seen::Lines { own, open, events } => Some(WireSource {
                    members: own.members,
                    lines: own.lines,
                    open_members: open.members,
                    open_lines: open.lines,
                    events,
                }),
            },
            tried: told.tried(),
            matched: told.holds(),
            ends: told
                .ends
                .iter()
                .map(|(end, tried)| WireEnd::new(trace, number, end, tried))
                .collect(),
        }
    }
}

impl<'r> WireEnd<'r> {
    fn new(trace: &'r Trace, leaf: usize, end: &'r End, tried: &'r Tried) -> Self {
        let (name, rule) = match end {
            End::Component(speaker) => (Some(speaker.as_str()), None),
            End::Condition(name) => (Some(name.as_str()), condition(trace, leaf, name)),
            End::Excluded(number) => {
                let line = trace.signature.leaves[leaf].as_line();
                let rule = line.and_then(|line| line.exclusions().nth(*number));
                (None, rule.map(exclusion))
            }
            End::Literal | End::Regex | End::Holds => (None, None),
        };
        WireEnd {
            end: end_code(end),
            name,
            rule,
            count: tried.count,
            alone: tried.alone,
            examples: tried.examples.iter().map(WireExample::new).collect(),
        }
    }
}

impl<'r> WireExample<'r> {
    fn new(example: &'r Example) -> Self {
        WireExample {
            member: example.member.as_str(),
            line: example.line,
            lacks: example.lacks,
            text: &example.text,
            truncated: example.truncated,
            value: example.value.as_deref(),
        }
    }
}

impl<'r> WirePart<'r> {
    fn new(part: &'r Part) -> Self {
        let (name, leaf) = match part.node {
            Node::Leaf(leaf) => ("leaf", Some(leaf + 1)),
            Node::Any => ("any", None),
            Node::All => ("all", None),
            Node::Absent => ("absent", None),
            Node::Given => ("given", None),
            Node::Count(_) => ("count", None),
            Node::Sequence { .. } => ("sequence", None),
        };
        let (count, within, ordered) = match &part.node {
            Node::Count(counting) => (Some(counting.into()), counting.within, None),
            Node::Sequence { within, ordered } => (None, *within, Some(*ordered)),
            _ => (None, None, None),
        };
        WirePart {
            part: name,
            leaf,
            holds: part.holds,
            found: part.is_met,
            count,
            within_seconds: within.map(|window| window.as_secs()),
            ordered,
            parts: part.parts.iter().map(WirePart::new).collect(),
        }
    }
}

impl<'r> From<&'r Counting> for WireCount<'r> {
    fn from(counting: &'r Counting) -> Self {
        let numbers = counting.numbers;
        WireCount {
            at_least: counting.at_least,
            at_most: counting.at_most,
            distinct: counting.distinct.as_deref(),
            percent: counting.percent,
            most: numbers.most,
            least: numbers.least,
            share: numbers.share,
            of: numbers.of,
        }
    }
}

impl<'r> WireThreshold<'r> {
    fn new(threshold: &'r Threshold, most: u64) -> Self {
        WireThreshold {
            count: threshold.count,
            within_seconds: threshold.within.as_ref().map(Duration::as_secs),
            distinct: threshold.distinct.as_deref(),
            per: &threshold.per,
            most,
        }
    }
}

impl<'r> WireRequired<'r> {
    fn new(required: &'r Required) -> Self {
        WireRequired {
            property: &required.property,
            wanted: &required.wanted,
            values: &required.values,
            met: required.is_met,
        }
    }
}
