//! Every scenario bundle gives the findings that its `expected.yaml` lists, in that order.
#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use bundle_scan_core::{Report, Scanner, SignatureSet};
use bundle_scan_testkit::Fixture;
use serde::Deserialize;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    status: String,
    findings: Vec<ExpectedFinding>,
    #[serde(default)]
    benign: Vec<String>,
    #[serde(default)]
    lost: Vec<String>,
    #[serde(default)]
    absent: Vec<String>,
    #[serde(default)]
    problems: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedFinding {
    id: String,
    count: u64,
    explained_by: Option<String>,
    #[serde(default)]
    evidence: Vec<ExpectedLine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedLine {
    member: String,
    line: u64,
}

fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(CORPUS)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    cases.sort();
    cases
}

/// Everything that differs from what is expected, a line each.
fn differences(case: &Path, scanner: &Scanner) -> Vec<String> {
    let text = fs::read_to_string(case.join("expected.yaml")).unwrap();
    let expected: Expected =
        serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", case.display()));
    // Git does not keep the times of files: the test kit gives all of them the same.
    let folder = tempfile::tempdir().unwrap();
    Fixture::from_dir(case.join("bundle")).write_dir(folder.path());
    let report = scanner.scan_path(folder.path()).unwrap();
    let mut found = Vec::new();
    let mut compare = |what: &str, got: String, wanted: String| {
        if got != wanted {
            found.push(format!(
                "  {what}\n    expected {wanted}\n    found    {got}"
            ));
        }
    };
    compare(
        "status",
        report.status.as_str().into(),
        expected.status.clone(),
    );
    let summary = |id: &str, count: u64, cause: Option<&str>| {
        format!("\n      {id} x{count} by {}", cause.unwrap_or("itself"))
    };
    let wanted = expected
        .findings
        .iter()
        .map(|f| summary(&f.id, f.count, f.explained_by.as_deref()));
    let got = report
        .findings
        .iter()
        .map(|f| summary(f.id(), f.count, f.explained_by.as_deref()));
    compare("findings", got.collect(), wanted.collect());
    let benign: Vec<&str> = report.benign.iter().map(|f| f.id()).collect();
    compare(
        "benign",
        format!("{benign:?}"),
        format!("{:?}", expected.benign),
    );
    let lost: Vec<&str> = report.lost.iter().map(|f| f.id()).collect();
    compare("lost", format!("{lost:?}"), format!("{:?}", expected.lost));
    let mut problems: Vec<&str> = report.problems.iter().map(|p| p.kind.as_str()).collect();
    problems.sort_unstable();
    compare(
        "problems",
        format!("{problems:?}"),
        format!("{:?}", expected.problems),
    );
    found.extend(missing_evidence(&expected, &report));
    found.extend(
        expected
            .absent
            .iter()
            .filter(|id| report.finding(id).is_some())
            .map(|id| format!("  {id} must be absent")),
    );
    found
}

fn missing_evidence(expected: &Expected, report: &Report) -> Vec<String> {
    let mut missing = Vec::new();
    for wanted in &expected.findings {
        let Some(finding) = report.finding(&wanted.id) else {
            continue;
        };
        for line in &wanted.evidence {
            let is_there = |e: &&bundle_scan_core::finding::Evidence| {
                e.member.as_str() == line.member && e.line == line.line
            };
            if !finding.evidence.iter().any(|e| is_there(&e)) {
                missing.push(format!(
                    "  {}: no evidence at {}:{}",
                    wanted.id, line.member, line.line
                ));
            }
        }
    }
    missing
}

#[test]
fn every_case_is_diagnosed_as_expected() {
    let scanner = Scanner::builder()
        .threads(1)
        .evidence(usize::MAX)
        .build(SignatureSet::builtin().unwrap());
    let mut report = String::new();
    for case in cases() {
        let found = differences(&case, &scanner);
        if !found.is_empty() {
            report += &format!(
                "{}\n{}\n",
                case.file_name().unwrap().display(),
                found.join("\n")
            );
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn every_case_is_whole() {
    let known = SignatureSet::builtin().unwrap();
    assert!(cases().len() >= 30, "only {} cases", cases().len());
    for case in cases() {
        assert!(
            case.join("README.md").is_file(),
            "{} has no README.md",
            case.display()
        );
        let text = fs::read_to_string(case.join("expected.yaml")).unwrap();
        let expected: Expected = serde_saphyr::from_str(&text).unwrap();
        for id in expected
            .absent
            .iter()
            .chain(&expected.benign)
            .chain(&expected.lost)
            .chain(expected.findings.iter().map(|f| &f.id))
        {
            assert!(
                known.find(id).is_some(),
                "{}: there is no signature {id}",
                case.display()
            );
        }
    }
}
