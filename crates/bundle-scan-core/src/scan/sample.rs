//! The real engine on texts at hand instead of a bundle: samples of signatures, and what somebody pastes.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::edges::Edges;
use super::structured::{Setting, SoFar, StructuredScan, is_structured};
use super::{Scanner, ScannerBuilder};
use crate::base::means::Means;
use crate::base::member_path::MemberPath;
use crate::finding::clocks::Clocks;
use crate::finding::homes::Homes;
use crate::finding::storage::Storage;
use crate::finding::{Next, Tally, TallyOptions};
use crate::matcher::Matcher;
use crate::record::clock::Clock;
use crate::report::{Bundle, Report, Scanned};
use crate::signature::{Signature, SignatureSet};
use crate::source::classify;
use crate::text::block::BlockView;

/// The engine, set up for one text after the other.
pub struct Engine<'a> {
    pub(super) set: &'a SignatureSet,
    pub(super) matcher: Matcher,
    options: TallyOptions,
    max_line_bytes: usize,
}

/// What a text set off.
pub(super) struct Fired {
    pub(super) report: Report,
    /// Signature and leaf of every match, thresholds aside.
    pub(super) leaves: BTreeSet<(usize, usize)>,
}

impl<'a> Engine<'a> {
    /// Prepares to run `set`.
    pub fn new(set: &'a SignatureSet) -> Self {
        let ScannerBuilder {
            evidence,
            context,
            limits,
            ..
        } = Scanner::builder();
        let matcher = Matcher::new(set.clone(), limits.max_line_bytes, false, Means::default());
        Engine {
            set,
            matcher,
            options: TallyOptions::new(evidence, context, &limits),
            max_line_bytes: limits.max_line_bytes,
        }
    }

    /// Scans a text as if it stood in a member of that path; or, if it begins with `//- path`, as several members.
    pub(super) fn run(&self, member: &str, text: &str) -> Fired {
        let mut all = SoFar::default();
        for (path, text) in members(member, text) {
            let found = self.member(&MemberPath::new(path), text);
            all.tally.merge(found.tally, Next::Member, &self.options);
            all.census.merge(found.census);
        }
        let leaves = fired_leaves(&all.tally, self.matcher.signatures());
        let clocks = Clocks::new(&all.tally.shown, None, &Homes::default());
        let scanned = Scanned {
            tally: all.tally,
            signatures: self.matcher.signatures().to_vec(),
            bundle: Bundle {
                captured_at: clocks.captured_at(),
                ..Bundle::default()
            },
            clocks,
            homes: Homes::default(),
            storage: Storage::default(),
            coverage: <_>::default(),
            census: all.census,
            problems: <_>::default(),
            options: self.options,
        };
        Fired {
            report: Report::new(scanned, self.set),
            leaves,
        }
    }

    /// The signatures of which a part speaks of `text`: whether all that they ask for is there does not matter. Without an envelope
    /// that tells who said it, anybody may have.
    pub fn recognises(&self, text: &str) -> Vec<Arc<Signature>> {
        let signatures = self.matcher.signatures();
        let leaves = self.run("pasted", text).leaves;
        let proving = leaves.iter().filter(|(number, leaf)| {
            let plan = signatures[*number].plan.as_ref();
            plan.is_none_or(|plan| !plan.keeps[*leaf].is_silent)
        });
        let numbers: BTreeSet<usize> = proving.map(|(number, _)| *number).collect();
        numbers
            .into_iter()
            .map(|number| Arc::clone(&signatures[number]))
            .collect()
    }

    /// Scans one member as the conductor would.
    fn member(&self, path: &MemberPath, text: &str) -> SoFar {
        let source = classify(path, text.as_bytes());
        let setting = Setting {
            matcher: &self.matcher,
            options: &self.options,
            tracer: None,
            path,
            source: &source,
            modified: Some(SAMPLE_MODIFIED),
            window: None,
            is_measured: false,
            lines: 0,
        };
        let view = BlockView::whole(text.as_bytes());
        let mut found = self.matches(setting, &view);
        let clock = Clock::rotated(setting.modified, source.rotation.as_deref());
        let edges = Edges::of(&view, &source, &clock, self.max_line_bytes);
        edges.apply(path, &source, &mut found.tally);
        found
    }

    fn matches(&self, setting: Setting<'_>, view: &BlockView<'_>) -> SoFar {
        if is_structured(setting.source, setting.path, view.bytes) {
            let mut scan = StructuredScan::new(setting.path);
            scan.block(setting, view);
            return scan.finish(setting).0;
        }
        let mut block = Tally::default();
        setting.lines(view, &mut block);
        let mut found = SoFar::default();
        found
            .tally
            .merge(block, Next::Block { lines: 0 }, &self.options);
        found
    }
}

/// The members of a sample: its text, or the parts of it below lines such as `//- var/log/messages`.
fn members<'t>(member: &'t str, text: &'t str) -> Vec<(&'t str, &'t str)> {
    if !text.starts_with(PART) {
        return vec![(member, text)];
    }
    let in_text = text
        .match_indices(concat!("\n", "//- "))
        .map(|(at, _)| at + 1);
    let starts: Vec<usize> = std::iter::once(0).chain(in_text).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let parts = starts
        .iter()
        .zip(ends)
        .filter_map(|(start, end)| text.get(start + PART.len()..end));
    parts.filter_map(|part| part.split_once('\n')).collect()
}

/// What begins the line that names a part of a sample.
const PART: &str = "//- ";

fn fired_leaves(tally: &Tally, signatures: &[Arc<Signature>]) -> BTreeSet<(usize, usize)> {
    let simple = tally.signatures.iter();
    let simple =
        simple.flat_map(|(number, tally)| tally.detail.leaves.iter().map(|leaf| (*number, *leaf)));
    let planned = signatures.iter().enumerate();
    let planned =
        planned.filter_map(|(number, signature)| Some((number, signature.plan.as_ref()?)));
    let grouped = planned.flat_map(|(number, plan)| {
        let leaves = 0..plan.keeps.len();
        let met = leaves.filter(move |leaf| match plan.keeps[*leaf].presence {
            Some(same) => tally.presence.knows(same),
            None => tally.groups.contains_key(&(number, *leaf)),
        });
        met.map(move |leaf| (number, leaf))
    });
    simple.chain(grouped).collect()
}

/// Samples without a year are read as of 2026-12-31T00:00:00Z, so that all of their lines lie in one year; ages of objects
/// are counted up to then.
const SAMPLE_MODIFIED: i64 = 1_798_675_200;
