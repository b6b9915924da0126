//! What is known already is not told, and stays in the report: `--baseline` and `--ignore-file`.

use bundle_scan_testkit::Fixture;
use serde_json::Value;

use super::{Folder, PROOF, run};

/// A bundle of these lines.
fn bundle(folder: &Folder, name: &str, lines: &str) -> String {
    let fixture = Fixture::new(vec![("var/log/messages".into(), lines.into())]);
    folder.write(name, &fixture.tar_gz())
}

/// The ids that are told, and those that are not with the reason.
fn told(args: &[&str]) -> (Vec<String>, Vec<(String, String)>) {
    let args = [args, &["-f", "json"]].concat();
    let report: Value = serde_json::from_str(&run(&args).ends_with(0).stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let told = report["findings"].as_array().unwrap().iter();
    let suppressed = report["suppressed"].as_array().unwrap().iter();
    (
        told.map(|finding| text(&finding["id"])).collect(),
        suppressed
            .map(|it| (text(&it["finding"]["id"]), text(&it["reason"])))
            .collect(),
    )
}

#[test]
fn a_baseline_leaves_what_is_new_or_worse() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    let old = folder.path("old.json");
    run(&["-f", "json", "-o", &old, &sick]).ends_with(0);

    let same = run(&["--baseline", &old, "--fail-on", "info", &sick]).ends_with(0);
    assert!(
        same.stdout.contains("beside those suppressed"),
        "{}",
        same.stdout
    );
    assert!(
        same.stdout.contains("old.json has it already"),
        "{}",
        same.stdout
    );

    let later = PROOF.replace("10:17:41", "11:17:41");
    let new_host = format!("{later}{}", later.replace(" n1 ", " n2 "));
    let worse: String = (10..40)
        .map(|second| PROOF.replace(":41+", &format!(":{second}+")))
        .collect();
    let other = "2026-03-10T11:18:41+08:00 n1 kernel: nf_conntrack: table full, dropping packet\n";
    for (name, lines, expected) in [
        ("again.tgz", later.clone(), vec![]),
        ("host.tgz", new_host, vec!["arp-table-overflow"]),
        ("worse.tgz", worse, vec!["arp-table-overflow"]),
        ("other.tgz", later + other, vec!["conntrack-table-full"]),
    ] {
        let path = bundle(&folder, name, &lines);
        assert_eq!(told(&["--baseline", &old, &path]).0, expected, "{name}");
    }
}

#[test]
fn a_report_without_what_is_known_is_as_good_a_baseline() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    let (old, next) = (folder.path("old.json"), folder.path("next.json"));
    run(&["-f", "json", "-o", &old, &sick]).ends_with(0);
    run(&["-f", "json", "-o", &next, "--baseline", &old, &sick]).ends_with(0);
    assert_eq!(told(&["--baseline", &next, &sick]).0, [""; 0]);
    let diff = run(&["diff", &next, &sick]).ends_with(0);
    let counts = "New 0 · Worse 0 · Persisting 1 ·";
    assert!(diff.stdout.contains(counts), "{}", diff.stdout);
}

#[test]
fn rules_suppress_with_a_reason_until_their_last_day() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    let rules = |text: &str| folder.write("known.yaml", text.as_bytes());

    let file = rules(
        "- ignore: arp-table-overflow\n  only: {host: 'n*'}\n  reason: small on purpose\n  expires: 2999-12-31\n",
    );
    let known = vec![(
        "arp-table-overflow".to_owned(),
        "small on purpose".to_owned(),
    )];
    assert_eq!(told(&["--ignore-file", &file, &sick]), (vec![], known));
    let text = run(&["--ignore-file", &file, "--fail-on", "info", &sick]).ends_with(0);
    assert_eq!(text.stderr, "");

    let file = rules("- {ignore: network, reason: known, expires: 2020-02-29}\n");
    let late = run(&["--ignore-file", &file, "--fail-on", "error", &sick]).ends_with(1);
    let note =
        format!("bundle-scan: {file}:1: this rule expired on 2020-02-29, and holds no more\n");
    assert_eq!(late.stderr, note);
    assert_eq!(
        run(&["-q", "--ignore-file", &file, &sick])
            .ends_with(0)
            .stderr,
        ""
    );
}

#[test]
fn what_cannot_be_used_is_told() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    let file = folder.write("known.yaml", b"- ignore: arp-table-overflw\n  reason: x\n");
    let run_with = |option: &str, file: &str| run(&[option, file, &sick]).ends_with(2).stderr;
    let told = run_with("--ignore-file", &file);
    assert!(told.starts_with("error[ignore]: no signature and no category is named \"arp-table-overflw\"; similar are arp-table-overflow"), "{told}");
    assert!(told.contains("known.yaml:1:11"), "{told}");
    assert!(
        run_with("--ignore-file", "/no/such/file")
            .starts_with("bundle-scan: cannot read rules from /no/such/file")
    );
    assert!(
        run_with("--baseline", &sick)
            .ends_with("is no report: --baseline reads what -f json wrote\n")
    );
    assert!(
        run_with("--baseline", "/no/such/file")
            .starts_with("bundle-scan: cannot read the baseline /no/such/file: ")
    );
}

/// A line of a full table on a host, at a second.
fn full(host: &str, second: u32) -> String {
    format!(
        "2026-03-10T10:17:{second:02}+08:00 {host} kernel: nf_conntrack: table full, dropping packet\n"
    )
}

#[test]
fn nothing_is_known_that_the_baseline_may_have_missed() {
    let folder = Folder::new();
    let old = folder.path("old.json");
    // A log that is cut makes the report partial, and so does a window.
    let packed = Fixture::new(vec![("x".into(), full("n1", 1).repeat(999).into())]).tar_gz();
    let partial = Fixture::new(vec![
        ("var/log/messages".into(), full("n1", 1).into()),
        (
            "var/log/messages.1.gz".into(),
            packed[..packed.len() / 2].to_vec(),
        ),
    ]);
    let partial = folder.write("partial.tgz", &partial.tar_gz());
    let again = bundle(&folder, "again.tgz", &full("n1", 2));
    let more = bundle(&folder, "more.tgz", &(full("n1", 1) + &full("n2", 2)));
    for (first, args) in [(&partial, vec![]), (&again, vec!["--since", "10h"])] {
        let save = [&args[..], &["-f", "json", "-o", &old, first]].concat();
        run(&save).ends_with(0);
        let hold = |bundle| [&args[..], &["--baseline", &old, bundle]].concat();
        assert_eq!(told(&hold(again.as_str())).0, [""; 0]);
        assert_eq!(told(&hold(more.as_str())).0, ["conntrack-table-full"]);
    }
}

#[test]
fn what_is_masked_is_known_by_its_own_name() {
    let folder = Folder::new();
    let at = |address: &str| bundle(&folder, &format!("{address}.tgz"), &full(address, 1));
    let (old, new) = (at("10.0.0.1"), at("10.0.0.9"));
    let (plain, masked) = (folder.path("10.1.2.3.json"), folder.path("masked.json"));
    run(&["-f", "json", "-o", &plain, &old]).ends_with(0);
    run(&["--redact", "-f", "json", "-o", &masked, &old]).ends_with(0);
    let found = ["conntrack-table-full"];
    // Of two stand-ins nobody knows whether they are for the same.
    assert_eq!(told(&["--redact", "--baseline", &masked, &new]).0, found);
    let (left, suppressed) = told(&["--redact", "--baseline", &plain, &old]);
    assert_eq!(left, [""; 0]);
    assert!(!suppressed[0].1.contains("10.1.2.3"), "{suppressed:?}");
    let rule = folder.write(
        "k.yaml",
        b"- {ignore: network, only: {host: 10.0.0.1}, reason: 'of 10.0.0.7'}\n",
    );
    let (left, suppressed) = told(&["--redact", "--ignore-file", &rule, &old]);
    assert_eq!(left, [""; 0]);
    assert!(
        suppressed[0].1.starts_with("of private-ip-"),
        "{suppressed:?}"
    );
}

#[test]
fn what_is_left_of_a_story_has_no_cause_that_is_not_told() {
    let folder = Folder::new();
    let scenario = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../corpus/thinpool-full/bundle"
    );
    let plain = folder.write(
        "plain.yaml",
        b"- {ignore: thinpool-fs-readonly, reason: a}\n",
    );
    let all = folder.write(
        "all.yaml",
        b"- {ignore: thinpool-fs-readonly, reason: b, symptoms: true}\n",
    );
    // Whatever the order of rules.
    for files in [[&plain, &all], [&all, &plain]] {
        assert_eq!(
            told(&[
                "--ignore-file",
                files[0],
                "--ignore-file",
                files[1],
                scenario
            ])
            .0,
            [""; 0]
        );
    }
    let left = run(&["--ignore-file", &plain, "-f", "json", scenario])
        .ends_with(0)
        .stdout;
    let left: Value = serde_json::from_str(&left).unwrap();
    let first = &left["findings"][0];
    assert!(first["explained_by"].is_null());
    assert_eq!(first["explained_by_suppressed"], "thinpool-fs-readonly");
    assert_eq!(left["summary"]["root_causes"][0], first["id"]);
    let letter = run(&["--ignore-file", &all, "--audience", "customer", scenario])
        .ends_with(0)
        .stdout;
    assert!(
        letter.contains("nothing in it beyond what is known already"),
        "{letter}"
    );
    let severe = run(&[
        "--ignore-file",
        &all,
        "--min-severity",
        "critical",
        scenario,
    ])
    .ends_with(0)
    .stdout;
    assert!(
        severe.contains("CRITICAL") && !severe.contains("INFO"),
        "{severe}"
    );
}

#[test]
fn a_long_file_of_rules_is_read_and_an_endless_one_is_not() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    let rules = folder.write(
        "many.yaml",
        "- {ignore: dns, only: {host: a}, reason: r}\n"
            .repeat(20_000)
            .as_bytes(),
    );
    run(&["--ignore-file", &rules, &sick]).ends_with(0);
    let wrong = folder.write(
        "wrong.yaml",
        "- {ignore: nds, reason: r}\n".repeat(30_000).as_bytes(),
    );
    let told = run(&["--ignore-file", &wrong, &sick]).ends_with(2).stderr;
    assert_eq!(told.matches("error[ignore]").count(), 20);
    if cfg!(target_os = "linux") {
        for option in ["--ignore-file", "--config", "--layout"] {
            let told = run(&[option, "/dev/zero", &sick]).ends_with(2).stderr;
            assert!(told.contains("larger than"), "{told}");
        }
    }
}
