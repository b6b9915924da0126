//! Bytes a second of the stages of a scan, in process, on the same generated log.
//! `cargo bench -p bundle-scan-core --bench stages`
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "generate.rs"]
mod generate;

use std::io::Read;

use aho_corasick::{AhoCorasickBuilder, AhoCorasickKind};
use bundle_scan_core::base::member_path::MemberPath;
use bundle_scan_core::envelope::peel;
use bundle_scan_core::matcher::anchor::AnchorIndex;
use bundle_scan_core::matcher::{Match, Matcher, Sighting, Sink};
use bundle_scan_core::record::Record;
use bundle_scan_core::record::clock::Clock;
use bundle_scan_core::source::classify;
use bundle_scan_core::text::block::BlockView;
use bundle_scan_core::{Limits, Means, SignatureSet};
use bundle_scan_inflate::GzipReader;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use flate2::Compression;
use flate2::bufread::{GzEncoder, MultiGzDecoder};
use regex::bytes::RegexSetBuilder;

const BYTES: u64 = 32 << 20;

/// How much the matcher met.
#[derive(Default)]
struct Met {
    matches: u64,
    errors: u64,
}

impl Sink for Met {
    fn found(&mut self, _: &Match<'_>) {
        self.matches += 1;
    }

    fn unexplained(&mut self, _: &Sighting<'_>) {
        self.errors += 1;
    }

    fn booted(&mut self, _: &Record<'_>) {}
}

type Group<'c> = BenchmarkGroup<'c, WallTime>;

/// Four hundred anchors, searched by everything that could: the work that the filter was made for, and its rivals.
fn prefilter(group: &mut Group<'_>, set: &SignatureSet, log: &[u8]) {
    let leaves = set.iter().flat_map(|signature| signature.line_leaves());
    let all: Vec<&[u8]> = leaves.flat_map(|leaf| leaf.anchors()).collect();
    let long: Vec<&[u8]> = all
        .iter()
        .copied()
        .filter(|anchor| anchor.len() >= 9)
        .collect();
    let some: Vec<&[u8]> = (0..400)
        .map(|number| long[number * long.len() / 400])
        .collect();
    let filter = AnchorIndex::new(some.iter().map(|anchor| (*anchor, 0)), Means::Own);
    group.bench_function("400_anchors", |bencher| {
        bencher.iter(|| {
            let mut hits = 0;
            filter.scan(log, |_| hits += 1);
            hits
        });
    });
    let automaton = AhoCorasickBuilder::new()
        .kind(Some(AhoCorasickKind::DFA))
        .ascii_case_insensitive(true)
        .build(&some)
        .unwrap();
    group.bench_function("400_anchors_by_aho_corasick_dfa", |bencher| {
        bencher.iter(|| automaton.find_overlapping_iter(log).count());
    });
    let escaped = some
        .iter()
        .map(|anchor| regex::escape(&String::from_utf8_lossy(anchor)));
    let regexes = RegexSetBuilder::new(escaped)
        .case_insensitive(true)
        .unicode(false)
        .size_limit(1 << 28)
        .dfa_size_limit(1 << 26)
        .build()
        .unwrap();
    group.bench_function("400_anchors_by_regex_set", |bencher| {
        bencher.iter(|| {
            log.split(|byte| *byte == b'\n')
                .filter(|line| regexes.is_match(line))
                .count()
        });
    });
}

/// The same log packed, decoded to nothing.
fn decode(group: &mut Group<'_>, log: &[u8]) {
    let mut packed = Vec::new();
    GzEncoder::new(log, Compression::new(6))
        .read_to_end(&mut packed)
        .unwrap();
    let drain = |reader: &mut dyn Read| {
        let mut piece = vec![0; 1 << 20];
        let mut bytes = 0;
        while let count @ 1.. = reader.read(&mut piece).unwrap() {
            bytes += count;
        }
        bytes
    };
    group.bench_function("gunzip", |bencher| {
        bencher.iter(|| drain(&mut GzipReader::new(&packed[..])));
    });
    group.bench_function("gunzip_by_flate2", |bencher| {
        bencher.iter(|| drain(&mut MultiGzDecoder::new(&packed[..])));
    });
}

fn stages(criterion: &mut Criterion) {
    let set = SignatureSet::builtin().unwrap();
    let mut log = Vec::new();
    generate::messages(&mut log, BYTES, &generate::planted(&set), 1).unwrap();
    let mut group = criterion.benchmark_group("stages");
    group
        .throughput(Throughput::Bytes(log.len() as u64))
        .sample_size(10);

    for (name, of) in [
        ("anchors", Means::Own),
        ("anchors_by_automaton", Means::Common),
    ] {
        let leaves = set.iter().flat_map(|signature| signature.line_leaves());
        let anchors = leaves.flat_map(|leaf| leaf.anchors());
        let index = AnchorIndex::new(anchors.map(|anchor| (anchor, 0)), of);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut hits = 0;
                index.scan(&log, |_| hits += 1);
                hits
            });
        });
    }
    prefilter(&mut group, &set, &log);
    decode(&mut group, &log);

    let matcher = |looks_for_errors| {
        Matcher::new(
            set.clone(),
            Limits::default().max_line_bytes,
            looks_for_errors,
            Means::Own,
        )
    };
    let source = classify(&MemberPath::new("var/log/messages"), &log[..1_000]);
    let view = BlockView::whole(&log);
    for (name, matcher) in [
        ("match", matcher(false)),
        ("match_and_look_for_errors", matcher(true)),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut met = Met::default();
                matcher.scan(&view, &source, &Clock::default(), &mut met);
                (met.matches, met.errors)
            });
        });
    }

    group.bench_function("envelopes_of_every_line", |bencher| {
        bencher.iter(|| {
            log.split(|byte| *byte == b'\n')
                .filter(|line| peel(line).tag.is_some())
                .count()
        });
    });
    group.finish();

    criterion.bench_function("load_built_in_signatures", |bencher| {
        bencher.iter(|| SignatureSet::builtin().unwrap().len())
    });
    criterion.bench_function("compile_matcher", |bencher| {
        bencher.iter(|| matcher(true).signatures().len());
    });
}

criterion_group!(benches, stages);
criterion_main!(benches);
