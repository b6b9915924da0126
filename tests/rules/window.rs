//! Reports about a part of the time.

use bundle_scan_core::{ErrorKind, Report, Scanner};

use super::{fixture_bytes, set_of};

const RULE: &str = "match: {any: [{line: {literal: task blocked}}, {fact: {kind: node_condition, where: {type: DiskPressure, status: 'True'}}}]}";

const NODE: &str = "//- describe/n1.txt\nName:               n1\nRoles:              <none>\nLabels:             a=b\nTaints:             <none>\nConditions:\n  Type             Status  LastHeartbeatTime                 LastTransitionTime                Reason                       Message\n  ----             ------  -----------------                 ------------------                ------                       -------\n  DiskPressure     True    Tue, 10 Mar 2026 12:00:00 +0000   Tue, 10 Mar 2026 11:00:00 +0000   KubeletHasDiskPressure       kubelet has disk pressure\n//- var/log/messages\n2026-03-10T12:00:00Z n1 kernel: up\n";

fn scan(
    rule: &str,
    fixture: &str,
    since: Option<&str>,
    until: Option<&str>,
) -> Result<Report, ErrorKind> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle.tar");
    std::fs::write(&path, fixture_bytes(fixture)).unwrap();
    let mut builder = Scanner::builder();
    builder
        .threads(1)
        .since(since.map(|text| text.parse().unwrap()))
        .until(until.map(|text| text.parse().unwrap()));
    let scanner = builder.build(set_of(rule));
    scanner.scan_path(path).map_err(|error| error.kind())
}

/// How much of a fixture counts.
fn count(rule: &str, fixture: &str, since: Option<&str>, until: Option<&str>) -> u64 {
    let report = scan(rule, fixture, since, until).unwrap();
    report.findings.first().map_or(0, |finding| finding.count)
}

#[test]
fn only_what_happened_in_the_window_counts() {
    let lines = ["08", "09", "10", "11"]
        .map(|hour| format!("2026-03-10T{hour}:00:00Z n1 kernel: task blocked at {hour}\n"));
    let log = format!("//- var/log/messages\n{}", lines.concat());
    for (since, until, expected) in [
        (None, None, 4),
        (Some("2026-03-10 09:00"), None, 3),
        (
            Some("2026-03-10 09:00:01"),
            Some("2026-03-10T18:00:00+08:00"),
            1,
        ),
        (None, Some("2026-03-10T08:59Z"), 1),
        (Some("90m"), None, 2),
        (Some("3h"), Some("1h"), 3),
        (Some("2026-03-11"), None, 0),
    ] {
        assert_eq!(
            count(RULE, &log, since, until),
            expected,
            "{since:?} {until:?}"
        );
    }
}

#[test]
fn local_stamps_are_understood_before_they_are_judged() {
    let east = "Mar 10 17:00:00 n1 kernel: task blocked\n";
    let told =
        "Mar 10 17:30:00 n1 dockerd[7]: time=\"2026-03-10T09:30:00Z\" level=info msg=\"ok\"\n";
    let log = format!("//- var/log/messages\n{east}{told}");
    assert_eq!(
        count(
            RULE,
            &log,
            Some("2026-03-10 08:30"),
            Some("2026-03-10 09:10")
        ),
        1
    );
    assert_eq!(count(RULE, &log, Some("2026-03-10 16:30"), None), 0);
}

#[test]
fn what_shows_the_state_at_capture_counts_if_that_is_in_the_window() {
    for (since, until, expected) in [
        (Some("1h"), None, 1),
        (None, Some("2026-03-10 11:30"), 0),
        (None, Some("2026-03-10 12:30"), 1),
    ] {
        assert_eq!(
            count(RULE, NODE, since, until),
            expected,
            "{since:?} {until:?}"
        );
    }
}

#[test]
fn what_does_not_say_when_happened_while_its_log_was_written() {
    let log = "//- app.log\n2026-03-10 08:00:00 start\ntask blocked\n2026-03-10 09:00:00 end\n//- other.log\n2026-03-12 09:00:00 end\n";
    assert_eq!(count(RULE, log, Some("2026-03-10 08:30"), None), 1);
    assert_eq!(count(RULE, log, Some("2026-03-11"), None), 0);
    let timeless = "//- app.log\ntask blocked\n//- other.log\n2026-03-12 09:00:00 end\n";
    assert_eq!(count(RULE, timeless, None, None), 1);
    assert_eq!(count(RULE, timeless, Some("2026-03-10"), None), 0);
}

#[test]
fn an_uptime_before_a_boot_is_placed_by_its_log() {
    let log = "//- dmesg\n[  200.000000] task blocked\n[    0.000000] Linux version 5.4.0 (b@c)\n[  300.000000] eth0: link up\n//- var/log/messages\n2026-03-10T10:00:00Z n1 kernel: [    0.000000] up\n2026-03-10T10:07:00Z n1 kernel: up\n";
    assert_eq!(count(RULE, log, Some("2026-03-10T10:04:00Z"), None), 1);
    assert_eq!(count(RULE, log, Some("2026-03-10T10:06:00Z"), None), 0);
}

#[test]
fn a_recovery_counts_also_after_the_window() {
    let rule = "match: {any: [{line: {literal: task blocked}}]}\ncleared_by: [{line: {literal: task seen back}}]";
    let log = "//- var/log/messages\n2026-03-10T08:00:00Z n1 kernel: task blocked\n2026-03-10T10:00:00Z n1 kernel: task seen back\n";
    let report = scan(rule, log, None, Some("2026-03-10 09:00")).unwrap();
    assert_eq!(report.findings[0].state.as_str(), "cleared");
}

#[test]
fn a_window_that_is_none_is_refused() {
    let log = "//- app.log\ntask blocked\n";
    let refused = |since, until| scan(RULE, log, since, until).err();
    assert_eq!(refused(Some("2h"), None), Some(ErrorKind::Window));
    assert_eq!(
        refused(Some("2026-03-10"), Some("2026-03-09")),
        Some(ErrorKind::Window)
    );
    let scanner = Scanner::builder()
        .since(Some("2026-03-10".parse().unwrap()))
        .build(set_of(RULE));
    let reader = std::io::Cursor::new(fixture_bytes(log));
    let error = scanner.scan_reader("stdin", reader).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Window);
}
