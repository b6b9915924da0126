//! One bundle, one report: whatever the threads, the block size, the packing, the means or the order of members.
#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use bundle_scan_core::render::{JSON, RenderOptions, TRACE_JSON};
use bundle_scan_core::{Limits, Means, Render, Report, Scanner, SignatureSet};
use bundle_scan_testkit::Fixture;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus");

fn scanner(threads: usize, block_bytes: usize) -> Scanner {
    scanner_by(Means::Own, threads, block_bytes)
}

fn scanner_by(means: Means, threads: usize, block_bytes: usize) -> Scanner {
    Scanner::builder()
        .means(means)
        .threads(threads)
        .block_bytes(block_bytes)
        .build(SignatureSet::builtin().unwrap())
}

/// The JSON report without what must differ: the name and the packing of the bundle.
fn json(mut report: Report) -> String {
    report.bundle.path = String::new();
    report.bundle.container = String::new();
    report.bundle.bytes_read = 0;
    let mut out = Vec::new();
    JSON.write_with(
        &report,
        &RenderOptions {
            timings: false,
            ..RenderOptions::default()
        },
        &mut out,
    )
    .unwrap();
    format!("{}\n{:?}", String::from_utf8(out).unwrap(), report.census)
}

fn scan_bytes(scanner: &Scanner, bytes: &[u8], folder: &Path) -> String {
    let path = folder.join("bundle");
    fs::write(&path, bytes).unwrap();
    json(scanner.scan_path(&path).unwrap())
}

#[test]
fn threads_blocks_packing_and_means_do_not_change_the_report() {
    let reference = scanner(1, 1 << 20);
    let others = [
        scanner(1, 64),
        scanner(2, 1 << 20),
        scanner(2, 4096),
        scanner(8, 64),
        scanner_by(Means::Common, 1, 1 << 20),
        scanner_by(Means::Common, 2, 4096),
    ];
    for case in fs::read_dir(CORPUS)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
    {
        let fixture = Fixture::from_dir(case.join("bundle"));
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("tree");
        fs::create_dir(&tree).unwrap();
        fixture.write_dir(&tree);
        let expected = json(reference.scan_path(&tree).unwrap());
        for (number, other) in others.iter().enumerate() {
            assert_eq!(
                json(other.scan_path(&tree).unwrap()),
                expected,
                "{} with scanner {number}",
                case.display()
            );
        }
        for (name, pack) in Fixture::PACKINGS {
            let packed = pack(&fixture);
            for scanner in [&reference].into_iter().chain(&others[2..]) {
                assert_eq!(
                    scan_bytes(scanner, &packed, folder.path()),
                    expected,
                    "{} as {name}",
                    case.display()
                );
            }
        }
    }
}

/// The files of all scenarios, by scenario.
fn scenarios() -> Vec<Vec<(String, Vec<u8>)>> {
    let cases = fs::read_dir(CORPUS).unwrap();
    let mut cases: Vec<_> = cases.map(|case| case.unwrap().path()).collect();
    cases.sort();
    let cases = cases.iter().filter(|path| path.is_dir());
    cases
        .map(|case| Fixture::from_dir(case.join("bundle")).files().to_vec())
        .collect()
}

#[test]
fn the_order_of_members_does_not_change_the_report() {
    let (scenarios, reference) = (scenarios(), scanner(1, 1 << 20));
    let others = [scanner(1, 256), scanner(2, 1 << 20), scanner(3, 1 << 10)];
    let folder = tempfile::tempdir().unwrap();
    // Several machines, so that their clocks, names and logs are to be kept apart whatever comes first.
    let mixed = prop::collection::vec(0..scenarios.len(), 1..4).prop_flat_map(|chosen| {
        let files = chosen
            .iter()
            .zip(["a", "b", "c"])
            .flat_map(|(case, machine)| {
                let files = scenarios[*case].iter();
                files.map(move |(path, bytes)| (format!("{machine}/{path}"), bytes.clone()))
            });
        let files: Vec<_> = files.collect();
        (
            Just(files.clone()),
            Just(files).prop_shuffle(),
            0..others.len(),
        )
    });
    let config = ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let run = TestRunner::new(config).run(&mixed, |(files, shuffled, other)| {
        let expected = scan_bytes(&reference, &Fixture::new(files).tar(), folder.path());
        let shuffled = Fixture::in_order(shuffled).tar();
        let other = scan_bytes(&others[other], &shuffled, folder.path());
        prop_assert_eq!(other, expected);
        Ok(())
    });
    run.unwrap();
}

#[test]
fn nesting_changes_addresses_and_nothing_else() {
    let scanner = scanner(2, 4096);
    let fixture = Fixture::from_dir(format!("{CORPUS}/thinpool-full/bundle"));
    let folder = tempfile::tempdir().unwrap();
    let flat = scan_bytes(&scanner, &fixture.tar(), folder.path());
    let nested = scan_bytes(&scanner, &fixture.nested(), folder.path());
    let unnested: String = nested.replace("inner.zip!", "").replace(".gz\"", "\"");
    assert_eq!(unnested, flat);
}

/// A folder of archives that are large enough to be walked apart: nodes with logs of their own, in several packings.
fn nodes(folder: &Path) {
    let log = |node: u64| {
        let mut state = node;
        let lines = (0..20_000).map(|n| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let (second, id) = (n % 60, state);
            match n % 5_000 {
                7 => format!("Mar 10 10:17:{second:02} n{node} kernel: EXT4-fs error (device sda{node}): ext4_find_entry:1455: inode #{id}: comm ls: reading directory lblock 0\n"),
                _ => format!("Mar 10 10:17:{second:02} n{node} agentd[77]: synced object {id:x}\n"),
            }
        });
        lines.collect::<String>().into_bytes()
    };
    let of = |node| {
        Fixture::new(vec![
            ("var/log/messages".to_owned(), log(node)),
            ("var/log/messages-1".to_owned(), log(node + 10)),
        ])
    };
    Fixture::new(vec![
        ("n1.tgz".into(), of(1).tar_gz()),
        ("n2.zip".into(), of(2).zip()),
        ("n3.tar.xz".into(), of(3).tar_xz()),
        (
            "n4.tar".into(),
            Fixture::new(vec![("inner.tgz".into(), of(4).tar_gz())]).tar(),
        ),
        (
            "n5/messages.gz".into(),
            Fixture::new(vec![("m".into(), log(5))]).tar_gz(),
        ),
        ("n6/messages".into(), log(6)),
    ])
    .write_dir(folder);
}

#[test]
fn parts_that_are_walked_in_any_order_do_not_change_the_report() {
    let folder = tempfile::tempdir().unwrap();
    nodes(folder.path());
    let everything = Limits::default();
    let few_bytes = Limits {
        max_decoded_bytes: 5_000_000,
        ..Limits::default()
    };
    let few_members = Limits {
        max_members: 7,
        ..Limits::default()
    };
    for (limits, problems) in [(everything, 0), (few_bytes, 1), (few_members, 1)] {
        let report = |means, threads, block_bytes| {
            let mut builder = Scanner::builder();
            builder.means(means).threads(threads);
            builder.block_bytes(block_bytes).limits(limits.clone());
            let scanner = builder.build(SignatureSet::builtin().unwrap());
            scanner.scan_path(folder.path()).unwrap()
        };
        let expected = report(Means::Own, 1, 1 << 20);
        assert_eq!(expected.problems.len(), problems, "{:?}", expected.problems);
        assert!(!expected.findings.is_empty());
        let expected = json(expected);
        for (means, threads, block_bytes) in [
            (Means::Own, 2, 1 << 20),
            (Means::Own, 2, 1 << 12),
            (Means::Own, 8, 1 << 14),
            (Means::Common, 1, 1 << 20),
            (Means::Common, 4, 1 << 14),
        ] {
            assert!(
                json(report(means, threads, block_bytes)) == expected,
                "{means:?}, {threads} threads, blocks of {block_bytes}, {limits:?}"
            );
        }
    }
}

#[test]
fn a_reader_is_scanned_like_a_file() {
    let scanner = scanner(2, 4096);
    let fixture = Fixture::from_dir(format!("{CORPUS}/thinpool-full/bundle"));
    let folder = tempfile::tempdir().unwrap();
    for packed in [fixture.tar_gz(), fixture.zip()] {
        let from_file = scan_bytes(&scanner, &packed, folder.path());
        let from_reader = json(
            scanner
                .scan_reader("stdin", std::io::Cursor::new(packed))
                .unwrap(),
        );
        assert_eq!(from_reader, from_file);
    }
}

#[test]
fn one_scanner_serves_many_threads() {
    let scanner = scanner(2, 4096);
    let path = format!("{CORPUS}/thinpool-full/bundle");
    let expected = json(scanner.scan_path(&path).unwrap());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(json(scanner.scan_path(&path).unwrap()), expected));
        }
    });
}

#[test]
fn threads_and_blocks_do_not_change_a_trace() {
    let path = format!("{CORPUS}/thinpool-full/bundle");
    for id in [
        "thinpool-fs-readonly",
        "filesystem-remounted-read-only",
        "node-not-ready",
        "docker-mountflags-shared",
    ] {
        let trace = |threads, block_bytes| {
            let scanner = Scanner::builder()
                .threads(threads)
                .block_bytes(block_bytes)
                .trace(id)
                .build(SignatureSet::builtin().unwrap());
            let mut out = Vec::new();
            let report = scanner.scan_path(&path).unwrap();
            TRACE_JSON.write(&report, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let expected = trace(1, 1 << 20);
        assert!(expected.contains("\"examples\""), "{expected}");
        for (threads, block_bytes) in [(1, 64), (2, 4096), (8, 64)] {
            assert_eq!(trace(threads, block_bytes), expected, "{id}");
        }
    }
}
