//! Damaged and malicious bundles: no panic, every finding that could be read, and a problem for the rest.
#![allow(missing_docs, clippy::unwrap_used)]

use std::io::Cursor;
use std::time::Duration;

use bundle_scan_core::report::Status;
use bundle_scan_core::{
    Error, ErrorKind, Limits, Means, Report, Scanner, ScannerBuilder, SignatureSet, Switch,
};
use bundle_scan_testkit::{Fixture, corrupt, truncate};

/// A line that proves `arp-table-overflow`.
const PROOF: &str =
    "Mar 10 10:17:41 n1 kernel: [12345.678901] neighbour: arp_cache: neighbor table overflow!\n";

/// Another one.
const LATER: &str =
    "Mar 10 11:44:02 n1 kernel: [17526.345678] neighbour: arp_cache: neighbor table overflow!\n";

fn builder() -> ScannerBuilder {
    let mut builder = Scanner::builder();
    builder.threads(2);
    builder
}

/// One setting with each of the means, and with one thread and two.
struct Scanners(Vec<(Means, Scanner)>);

impl Scanners {
    fn new(builder: &ScannerBuilder) -> Self {
        let set = SignatureSet::builtin().unwrap();
        let ways = [
            (Means::Own, 2),
            (Means::Own, 1),
            (Means::Common, 2),
            (Means::Common, 1),
        ];
        let scanners = ways.map(|(means, threads)| {
            let mut builder = builder.clone();
            let scanner = builder.means(means).threads(threads).build(set.clone());
            (means, scanner)
        });
        Scanners(scanners.into())
    }

    /// What becomes of an upload, which is the same in every way. Of a damaged stream common decoders may give less.
    fn scan(&self, bytes: &[u8]) -> Result<Report, Error> {
        let upload = || Cursor::new(bytes.to_vec());
        let mut outcomes = self.0.iter().map(|(means, scanner)| {
            let outcome = scanner.scan_reader("upload", upload());
            (*means, outcome)
        });
        let (_, first) = outcomes.next().unwrap();
        let expected = told(&first);
        for (means, other) in outcomes {
            let is_damaged = expected
                .as_ref()
                .is_ok_and(|told| told.iter().any(|line| line.ends_with(" corrupt")));
            match (told(&other), &expected) {
                (Ok(other), Ok(expected)) if is_damaged && means == Means::Common => {
                    let all =
                        |some: &[String], of: &[String]| some.iter().all(|line| of.contains(line));
                    let may_be_more = reads_before_the_beginning(&first) && all(expected, &other);
                    assert!(all(&other, expected) || may_be_more, "{other:?}");
                }
                (other, expected) => assert_eq!(&other, expected, "{means:?}"),
            }
        }
        first
    }
}

/// Whether a deflate stream repeats what lies before its beginning, and the common decoder is miniz_oxide, which reads zeros there and goes on until the
/// checksum tells.
fn reads_before_the_beginning(outcome: &Result<Report, Error>) -> bool {
    let is_miniz = cfg!(not(feature = "fast"));
    let is_it = |report: &Report| {
        let mut details = report.problems.iter().map(|problem| &problem.detail);
        details.any(|detail| detail.contains("a repetition of what lies before the beginning"))
    };
    is_miniz && outcome.as_ref().is_ok_and(is_it)
}

fn scan_with(builder: &ScannerBuilder, bytes: Vec<u8>) -> Result<Report, Error> {
    Scanners::new(builder).scan(&bytes)
}

/// What an outcome tells, in short: findings, and what is wrong with which member.
fn told(outcome: &Result<Report, Error>) -> Result<Vec<String>, ErrorKind> {
    let report = outcome.as_ref().map_err(Error::kind)?;
    let findings = report
        .findings
        .iter()
        .map(|finding| finding.id().to_owned());
    let problems = report.problems.iter();
    let problems =
        problems.map(|problem| format!("{} {}", problem.member.as_str(), problem.kind.as_str()));
    Ok(findings.chain(problems).collect())
}

fn scan(bytes: Vec<u8>) -> Report {
    scan_with(&builder(), bytes).unwrap()
}

fn proves(report: &Report) -> bool {
    report.finding("arp-table-overflow").is_some()
}

fn kinds(report: &Report) -> Vec<&'static str> {
    report
        .problems
        .iter()
        .map(|problem| problem.kind.as_str())
        .collect()
}

/// A bundle whose first member holds the proof and whose last one is long noise that does not compress well.
fn with_noise() -> Fixture {
    let mut state = 1_u64;
    let noise: String = (0..40_000)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            format!("Mar 10 10:17:42 n1 app[9]: request {state:x}\n")
        })
        .collect();
    Fixture::new(vec![
        ("a/messages".into(), PROOF.into()),
        ("z/messages".into(), noise.into_bytes()),
    ])
}

#[test]
fn a_cut_archive_gives_what_came_before_the_cut() {
    for (name, pack) in Fixture::PACKINGS {
        let whole = pack(&with_noise());
        let report = scan(truncate(&whole, whole.len() * 2 / 3));
        assert_eq!(report.status, Status::Partial, "{name}");
        assert!(
            kinds(&report).contains(&"truncated"),
            "{name}: {:?}",
            report.problems
        );
        // bzip2 gives whole blocks of 900 kB only, xz of its dictionary: the proof may lie behind the cut there.
        assert!(
            proves(&report) || name == "tar.bz2",
            "{name}: {:?}",
            report.problems
        );
    }
}

#[test]
fn a_damaged_archive_gives_what_came_before_the_damage() {
    for (name, pack) in Fixture::PACKINGS {
        let whole = pack(&with_noise());
        let report = scan(corrupt(&whole, whole.len() * 2 / 3));
        assert!(proves(&report), "{name}");
        // A tar has no checksum over its bodies: a wrong byte there is a wrong byte.
        assert_eq!(
            report.status == Status::Partial,
            name != "tar",
            "{name}: {:?}",
            report.problems
        );
    }
}

#[test]
fn any_cut_and_any_flipped_byte_end_in_a_report_or_a_sentence() {
    let small = Fixture::new(vec![
        ("messages".into(), PROOF.into()),
        ("dmesg".into(), b"[    1.0] x\n".to_vec()),
    ]);
    let scanners = Scanners::new(&builder());
    for (_, pack) in Fixture::PACKINGS {
        let whole = pack(&small);
        for at in (0..whole.len()).step_by(whole.len().div_ceil(60)) {
            for bytes in [truncate(&whole, at), corrupt(&whole, at)] {
                match scanners.scan(&bytes) {
                    Ok(_) => {}
                    Err(error) => assert_eq!(error.kind(), ErrorKind::Input),
                }
            }
        }
    }
}

#[test]
fn what_is_no_bundle_is_an_input_error() {
    for bytes in [
        Vec::new(),
        b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec(),
        vec![1, 2, 3, 4, 5, 6, 7],
    ] {
        let error = scan_with(&builder(), bytes).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert_eq!(error.to_string().lines().count(), 1);
    }
    let missing = builder()
        .build(SignatureSet::empty())
        .scan_path("/no/such/bundle.tgz")
        .unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Input);
}

#[test]
fn a_bomb_ends_at_a_named_limit() {
    let zeros = Fixture::new(vec![
        ("a/messages".into(), PROOF.into()),
        ("bomb".into(), vec![b'0'; 200 << 20]),
        ("c/messages".into(), LATER.into()),
    ]);
    let few = Limits {
        max_ratio: 100,
        max_dense_bytes: 1 << 20,
        ..Limits::default()
    };
    // What stands behind it is found, unless that takes too long.
    for (max_dense_bytes, behind) in [(20 << 20, true), (1 << 20, false)] {
        let limits = Limits {
            max_dense_bytes,
            ..few.clone()
        };
        for bomb in [zeros.tar_gz(), zeros.zip()] {
            let is_zip = bomb.starts_with(b"PK");
            let report = scan_with(builder().limits(limits.clone()), bomb).unwrap();
            let finding = report.finding("arp-table-overflow").unwrap();
            assert_eq!(finding.count == 2, behind || is_zip);
            assert!(kinds(&report).iter().all(|kind| *kind == "limit_reached"));
            assert!(report.problems.len() <= 2, "{:?}", report.problems);
            assert!(report.bundle.bytes_decoded < 90 << 20);
        }
    }
    let limits = Limits {
        max_decoded_bytes: 1 << 20,
        ..Limits::default()
    };
    let report = scan_with(builder().limits(limits), zeros.tar()).unwrap();
    assert!(proves(&report));
    assert_eq!(kinds(&report), ["limit_reached"]);
}

#[test]
fn zips_in_zips_end_in_bounded_time() {
    let mut bytes = Fixture::new(vec![("0.log".into(), vec![b'0'; 70 << 20])]).zip();
    for level in (0..5).rev() {
        let mut files: Vec<_> = (0..12)
            .map(|n| (format!("{n}.zip"), bytes.clone()))
            .collect();
        if level == 0 {
            files.push(("var/log/messages".into(), PROOF.into()));
        }
        bytes = Fixture::new(files).zip();
    }
    let limits = Limits {
        max_dense_bytes: 8 << 20,
        ..Limits::default()
    };
    let report = scan_with(builder().limits(limits), bytes).unwrap();
    assert!(proves(&report));
    assert!(kinds(&report).iter().all(|kind| *kind == "limit_reached"));
    assert!(report.bundle.bytes_decoded < 300 << 20);
}

#[test]
fn reading_ends_when_the_time_is_over_or_somebody_says_so() {
    let limits = Limits {
        max_time: Some(Duration::ZERO),
        ..Limits::default()
    };
    let stopped = Switch::default();
    stopped.set();
    for (builder, kind, word) in [
        (builder().limits(limits), "limit_reached", "max_time"),
        (builder().stop(stopped), "interrupted", "interrupted"),
    ] {
        for bytes in [
            with_noise().tar_gz(),
            with_noise().zip(),
            with_noise().tar(),
        ] {
            let report = scan_with(builder, bytes).unwrap();
            assert_eq!(report.status, Status::Partial);
            assert_eq!(kinds(&report), [kind]);
            assert!(report.problems[0].detail.contains(word));
        }
    }
}

#[test]
fn what_was_read_before_the_end_was_called_is_reported() {
    let stop = Switch::default();
    let mut builder = builder();
    let members = stop.clone();
    builder.threads(1).stop(stop).on_progress(move |now| {
        if now.members == 1 {
            members.set();
        }
    });
    let upload = Cursor::new(with_noise().tar_gz());
    let scanner = builder.build(SignatureSet::builtin().unwrap());
    let report = scanner.scan_reader("upload", upload).unwrap();
    assert!(proves(&report));
    assert_eq!(kinds(&report), ["interrupted"]);
}

#[test]
fn nesting_ends_at_the_depth_limit() {
    let mut bytes = PROOF.as_bytes().to_vec();
    for level in 0..12 {
        bytes = Fixture::new(vec![(format!("{level}.tgz"), bytes)]).tar_gz();
    }
    let report = scan(bytes);
    assert_eq!(kinds(&report), ["limit_reached"]);
    assert!(
        report.problems[0].detail.contains("max_depth"),
        "{:?}",
        report.problems
    );
}

#[test]
fn endless_lines_and_odd_bytes_are_scanned() {
    let long = format!("{}{PROOF}{}", "x".repeat(3 << 20), "y".repeat(3 << 20));
    let holes = [
        vec![0; 100_000],
        PROOF.as_bytes().to_vec(),
        b"\xff\xfe\xfd\x80 \x1b[31m\n".to_vec(),
    ]
    .concat();
    for text in [
        long.into_bytes(),
        holes,
        PROOF.replace('\n', "\r\n").into_bytes(),
        format!("0%\r{}{PROOF}", "50% done\r".repeat(100_000)).into_bytes(),
        PROOF.trim_end().into(),
    ] {
        let report = scan(Fixture::new(vec![("messages".into(), text)]).tar_gz());
        assert!(proves(&report));
        assert_eq!(report.status, Status::Complete);
    }
}

#[test]
fn names_never_leave_the_bundle() {
    let report = scan(Fixture::new(vec![("x/../../../etc/messages".into(), PROOF.into())]).zip());
    let member = report.finding("arp-table-overflow").unwrap().evidence[0]
        .member
        .clone();
    assert_eq!(member.as_str(), "x/etc/messages");
}

#[test]
fn a_scan_can_be_cancelled() {
    let cancel = Switch::default();
    let mut builder = builder();
    let seen = cancel.clone();
    builder.cancel(cancel).on_progress(move |_| seen.set());
    let error = scan_with(&builder, with_noise().tar_gz()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn structured_members_that_break_off_are_marked_and_keep_their_facts() {
    let pods = "{\"kind\": \"PodList\", \"items\": [\n{\"kind\": \"Pod\", \"metadata\": {\"name\": \"a\"}, \"spec\": {\"containers\": [{\"name\": \"c\"}]}},\n{\"kind\": \"Pod\", \"metadata\": {\"na";
    let yaml = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels: [\nspec:\n";
    let table = "NAME    READY   STATUS    RESTARTS   AGE\nweb-0   1/1     Running   0          3d4h\nweb-1   1/1     Run";
    let describe = "Name:         web-0\nNamespace:    shop\nNode:         n1/10.0.0.5\nStatus:       Running\nContainers:\n  app:\n    Image:  a/b";
    for (path, text, fact) in [
        ("cluster-resources/pods/a.json", pods, "pod"),
        ("pods.yaml", yaml, "pod"),
        ("kubectl/pods", table, "pod"),
        ("describe/pod.txt", describe, "container"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        Fixture::new(vec![
            (path.to_owned(), text.as_bytes().to_vec()),
            ("var/log/messages".to_owned(), b"fine\n".to_vec()),
        ])
        .write_dir(folder.path());
        let report = Scanner::builder()
            .build(SignatureSet::empty())
            .scan_path(folder.path())
            .unwrap();
        assert!(report.census.facts.contains_key(fact), "{path}");
        let statuses: Vec<&str> = report
            .coverage
            .members
            .iter()
            .filter(|m| m.member.as_str() == path)
            .map(|m| m.status.as_str())
            .collect();
        assert_eq!(statuses, ["truncated"], "{path}");
        let problems: Vec<&str> = report
            .problems
            .iter()
            .map(|problem| problem.kind.as_str())
            .collect();
        assert_eq!(problems, ["truncated"], "{path}");
        assert_eq!(report.coverage.scanned, 2);
    }
}
