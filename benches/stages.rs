//! Bytes a second of the stages of a scan, in process, on the same generated log.
//! `cargo bench -p bundle-scan-core --bench stages`
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "generate.rs"]
mod generate;

use bundle_scan_core::base::member_path::MemberPath;
use bundle_scan_core::envelope::peel;
use bundle_scan_core::matcher::anchor::AnchorIndex;
use bundle_scan_core::matcher::{Match, Matcher, Sighting, Sink};
use bundle_scan_core::record::Record;
use bundle_scan_core::record::clock::Clock;
use bundle_scan_core::source::classify;
use bundle_scan_core::text::block::BlockView;
use bundle_scan_core::{Limits, SignatureSet};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

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

fn stages(criterion: &mut Criterion) {
    let set = SignatureSet::builtin().unwrap();
    let mut log = Vec::new();
    generate::messages(&mut log, BYTES, &generate::planted(&set), 1).unwrap();
    let mut group = criterion.benchmark_group("stages");
    group
        .throughput(Throughput::Bytes(log.len() as u64))
        .sample_size(10);

    let leaves = set.iter().flat_map(|signature| signature.line_leaves());
    let anchors = leaves.flat_map(|leaf| leaf.anchors());
    let index = AnchorIndex::new(anchors.map(|anchor| (anchor, 0)));
    group.bench_function("anchors", |bencher| {
        bencher.iter(|| {
            let mut hits = 0;
            index.scan(&log, |_, _| hits += 1);
            hits
        });
    });

    let matcher = |looks_for_errors| {
        Matcher::new(
            set.clone(),
            Limits::default().max_line_bytes,
            looks_for_errors,
        )
    };
    let source = classify(&MemberPath::new("var/log/messages"), &log[..1_000]);
    let view = BlockView {
        bytes: &log,
        own: 0..log.len(),
        offset: 0,
        at_start: true,
        at_end: true,
    };
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
