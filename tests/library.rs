//! What a program that embeds the library can watch and teach, beside the report.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use bundle_scan_core::base::window::When;
use bundle_scan_core::report::redact::Redactor;
use bundle_scan_core::signature::load::SourceFile;
use bundle_scan_core::{
    ErrorKind, FirstMatch, Lang, Layout, Report, Scanner, ScannerBuilder, SignatureSet,
};
use bundle_scan_testkit::Fixture;

fn corpus(name: &str) -> PathBuf {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus");
    [corpus, name, "bundle"].iter().collect()
}

fn with_threads(threads: usize) -> ScannerBuilder {
    let mut builder = Scanner::builder();
    builder.threads(threads);
    builder
}

#[test]
fn progress_names_every_member_that_is_read() {
    for threads in [1, 2] {
        let seen = Arc::new(Mutex::new(BTreeSet::new()));
        let mut builder = with_threads(threads);
        let noted = Arc::clone(&seen);
        builder.on_progress(move |now| {
            noted.lock().unwrap().extend(now.member.clone());
        });
        let scanner = builder.build(SignatureSet::builtin().unwrap());
        let report = scanner.scan_path(corpus("thinpool-full")).unwrap();
        let covered = report.coverage.members.iter();
        let covered: BTreeSet<_> = covered.map(|member| member.member.clone()).collect();
        assert_eq!(*seen.lock().unwrap(), covered);
    }
}

const OVERFLOW: &str =
    "Mar 10 10:17:41 n1 kernel: [12345.678901] neighbour: arp_cache: neighbor table overflow!\n";

/// The report, and what was told before it was there, by id; nothing is told twice.
fn first_matches(
    builder: &mut ScannerBuilder,
    bundle: &Path,
) -> (Report, BTreeMap<String, FirstMatch>) {
    let told = Arc::new(Mutex::new(BTreeMap::new()));
    let noted = Arc::clone(&told);
    builder.on_first_match(move |first| {
        let before = noted
            .lock()
            .unwrap()
            .insert(first.id().to_owned(), first.clone());
        assert!(before.is_none(), "{} is told twice", first.id());
    });
    let scanner = builder.build(SignatureSet::builtin().unwrap());
    let report = scanner.scan_path(bundle).unwrap();
    let told = std::mem::take(&mut *told.lock().unwrap());
    (report, told)
}

fn all_findings(report: &Report) -> impl Iterator<Item = &bundle_scan_core::Finding> {
    let found = report.findings.iter().chain(&report.benign);
    found.chain(&report.lost)
}

#[test]
fn every_finding_with_proof_is_told_while_the_scan_runs() {
    for name in [
        "thinpool-full",
        "cgroup-oom-crashloop",
        "one-sick-node-conntrack",
        "healthy-cluster",
    ] {
        for threads in [1, 2] {
            let mut builder = with_threads(threads);
            builder.block_bytes(1 << 12);
            let (report, told) = first_matches(&mut builder, &corpus(name));
            for finding in all_findings(&report).filter(|finding| !finding.evidence.is_empty()) {
                let first = &told[finding.id()];
                assert_eq!(first.title(Lang::Zh), finding.signature.spec().title.zh);
                let is_problem = report.finding(finding.id()).is_some();
                assert_eq!(first.is_problem(), is_problem, "{}", first.id());
            }
        }
    }
}

#[test]
fn a_first_match_stands_where_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let late = folder.path().join("late");
    std::fs::create_dir(&late).unwrap();
    let noise = "Mar 10 10:00:00 n1 kernel: [12000.000000] nothing of note\n";
    let text = [&noise.repeat(3_000), OVERFLOW, &noise.repeat(50)].concat();
    std::fs::write(late.join("messages"), text).unwrap();
    for bundle in [late, corpus("thinpool-full")] {
        let mut builder = with_threads(2);
        builder.block_bytes(1 << 12);
        let (_, told) = first_matches(&mut builder, &bundle);
        assert!(!told.is_empty());
        for first in told.values() {
            assert_eq!(Path::new(&*first.bundle), bundle);
            let member = first.member.as_ref().unwrap();
            let file = std::fs::read_to_string(bundle.join(member.as_str())).unwrap();
            let line = file.lines().nth(first.line.unwrap() as usize - 1);
            assert_eq!(line, first.text.as_deref(), "{member}");
        }
    }
}

#[test]
fn what_is_masked_in_the_report_is_not_told_before() {
    let folder = tempfile::tempdir().unwrap();
    for member in ["n1", "10.11.12.13"] {
        let path = folder.path().join(member).join("var/log");
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("messages"), OVERFLOW).unwrap();
        let mut builder = with_threads(1);
        builder.redact(Redactor::default());
        let (report, told) = first_matches(&mut builder, &folder.path().join(member));
        assert!(report.finding("arp-table-overflow").is_some());
        assert_eq!(told["arp-table-overflow"].text, None);
        assert_eq!(told["arp-table-overflow"].line, Some(1));
    }
    let (_, told) = first_matches(with_threads(1).redact(Redactor::default()), folder.path());
    let first = &told["arp-table-overflow"];
    assert_eq!(first.member, None);
}

#[test]
fn within_a_window_only_what_counts_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("messages");
    let noise = "Mar 10 12:00:00 n1 kernel: [20000.678901] nothing\n";
    std::fs::write(&bundle, format!("{OVERFLOW}{noise}")).unwrap();
    for (hours, is_told) in [(1, false), (3, true)] {
        let mut builder = with_threads(1);
        builder.since(Some(When::BeforeCapture(hours * 3_600_000_000_000)));
        let (_, told) = first_matches(&mut builder, &bundle);
        assert_eq!(told.contains_key("arp-table-overflow"), is_told, "{hours}");
    }
}

#[test]
fn a_callback_that_panics_ends_its_own_scan_only() {
    let bundle = || Cursor::new(Fixture::new(vec![("messages".into(), OVERFLOW.into())]).tar_gz());
    for threads in [1, 2] {
        let armed = Arc::new(Mutex::new(true));
        let mut builder = with_threads(threads);
        let trap = Arc::clone(&armed);
        builder.on_first_match(move |_| {
            let is_armed = std::mem::take(&mut *trap.lock().unwrap());
            assert!(!is_armed, "of the callback");
        });
        let scanner = builder.build(SignatureSet::builtin().unwrap());
        let scan = || scanner.scan_reader("upload", bundle()).unwrap();
        let panic = catch_unwind(AssertUnwindSafe(scan)).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"of the callback"));
        let report = scan();
        assert!(report.finding("arp-table-overflow").is_some());
        assert!(report.problems.is_empty());
    }
}

/// Fires on a line of kubelet alone.
const OF_KUBELET: &str = r#"
id: acme-lease-lost
title: {en: "A lease was lost", zh: "租约丢失"}
severity: error
category: node
match:
  any:
    - line: {component: [kubelet], literal: "lease lost by acme"}
cause: {en: "The agent of acme was away.", zh: "acme 代理离线。"}
impact: {en: "Its tasks stop.", zh: "其任务停止。"}
remedy:
  - {en: "Start the agent.", zh: "启动代理。", command: "systemctl start acme", risk: change}
samples:
  positive:
    - {member: var/log/kubelet.log, text: "E0310 10:17:41.075997    6872 lease.go:99] lease lost by acme"}
  negative:
    - {member: var/log/kubelet.log, text: "E0310 10:17:41.075997    6872 lease.go:99] lease kept by acme"}
"#;

fn acme() -> Layout {
    Layout::new("acme")
        .marked_by("acme/collected-by.txt")
        .place("{host}/kl.out", "kubelet")
        .unwrap()
}

#[test]
fn a_layout_that_was_taught_says_who_speaks_and_on_which_host() {
    let line = "E0310 10:17:41.075997    6872 lease.go:99] lease lost by acme\n";
    let members = ["acme/n1/kl.out", "acme/n2/kl.out.1", "acme/n3/other.out"];
    let members = members.map(|path| (path.to_owned(), line.into()));
    let marker = ("acme/collected-by.txt".to_owned(), b"acme 1.0\n".to_vec());
    let bundle = Fixture::new(members.into_iter().chain([marker]).collect()).tar_gz();
    let written = Layout::from_yaml(
        "{name: acme, markers: [acme/collected-by.txt], places: [{path: '{host}/kl.out', kind: kubelet}]}",
    );
    for layout in [None, Some(acme()), Some(written.unwrap())] {
        for threads in [1, 2] {
            let mut builder = with_threads(threads);
            let is_taught = layout
                .clone()
                .map(|layout| builder.layout(layout))
                .is_some();
            let file = SourceFile {
                name: "acme-lease-lost.yaml".to_owned(),
                text: OF_KUBELET.to_owned(),
            };
            let set = SignatureSet::empty().with_files(vec![file]).unwrap();
            let scan = builder
                .build(set)
                .scan_reader("upload", Cursor::new(bundle.clone()));
            let report = scan.unwrap();
            assert_eq!(report.bundle.layout.as_deref(), is_taught.then_some("acme"));
            let kinds = report.coverage.members.iter().map(|member| member.kind);
            let of_kubelet = kinds.filter(|kind| *kind == "kubelet").count();
            assert_eq!(of_kubelet, if is_taught { 2 } else { 0 });
            if is_taught {
                let finding = report.finding("acme-lease-lost").unwrap();
                let hosts = [("n1".to_owned(), 1), ("n2".to_owned(), 1)];
                assert_eq!((finding.count, &finding.hosts[..]), (2, &hosts[..]));
                assert_eq!(report.bundle.hosts, ["n1", "n2"]);
            }
        }
    }
}

#[test]
fn a_layout_that_cannot_be_meant_is_an_error_of_its_own_kind() {
    let error = acme().place("{host}/x.out", "no-such-kind").unwrap_err();
    assert!(error.to_string().contains("no-such-kind"));
    let error = bundle_scan_core::Error::from(error);
    assert_eq!(error.kind(), ErrorKind::Setting);
}
