//! What an upload may cost: the memory of any of them is bounded, and what it proves is found.

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::*;

/// Kibibytes of memory that a process may write to.
const MEMORY_KIB: &str = "262144";
/// Far more than any takes, and far less than for ever.
const TIME: Duration = Duration::from_secs(30);

/// Uploads that ask for much, each with what proves a problem.
fn greedy() -> Vec<(&'static str, Vec<u8>)> {
    let proof = || ("z/messages".to_owned(), PROOF.as_bytes().to_vec());
    let with = |path: &str, content: Vec<u8>| Fixture::new(vec![(path.into(), content), proof()]);
    let zeros = with("bomb", vec![0; 300 << 20]);
    let repeated = with("a/messages", PROOF.repeat(300_000).into_bytes());
    let line = with("a/messages", vec![b'x'; 200 << 20]);
    let empty = (0..100_000).map(|n| (format!("empty/{n}"), Vec::new()));
    let many = Fixture::new(empty.chain([proof()]).collect());
    let mut nested = with("0.log", vec![b'0'; 20 << 20]).zip();
    for _ in 0..5 {
        let copies = (0..10).map(|n| (format!("{n}.zip"), nested.clone()));
        nested = Fixture::new(copies.chain([proof()]).collect()).zip();
    }
    let deep = |open: &str| with("pods.json", open.repeat(200_000).into_bytes()).tar_gz();
    let nodes = (0..300_000).fold("apiVersion: v1\nitems:\n".to_owned(), |yaml, n| {
        yaml + &format!("- {{kind: Pod, metadata: {{name: p{n}}}}}\n")
    });
    vec![
        ("zeros in gzip", zeros.tar_gz()),
        ("zeros in a zip", zeros.zip()),
        ("proofs", repeated.tar_gz()),
        ("one line", line.tar_gz()),
        ("empty members", many.tar_gz()),
        ("zips in zips", nested),
        ("lists in lists", deep("[")),
        ("objects in objects", deep("{\"a\":")),
        (
            "a long list",
            with("pods.yaml", nodes.into_bytes()).tar_gz(),
        ),
    ]
}

#[cfg(target_os = "linux")]
#[test]
fn no_upload_costs_more_than_it_may() {
    let folder = Folder::new();
    for (name, bytes) in greedy() {
        let upload = folder.write("upload", &bytes);
        let started = Instant::now();
        let bounded = format!("ulimit -d {MEMORY_KIB}; exec \"$@\"");
        let output = Command::new("sh")
            .args(["-c", &bounded, "sh", env!("CARGO_BIN_EXE_bundle-scan")])
            .args(["-f", "json", "--max-dense", "64M", &upload])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.code().is_some(), "{name}: {output:?}");
        let run = Run::of(output);
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
        assert!(started.elapsed() < TIME, "{name}");
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap();
        let proves = |finding: &serde_json::Value| finding["id"] == "arp-table-overflow";
        assert!(
            findings.iter().any(proves),
            "{name}: {}",
            report["problems"]
        );
    }
}
