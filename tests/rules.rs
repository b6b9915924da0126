//! What a signature can ask for beyond one line: conditions on captures, joins, sequences, thresholds over distinct things,
//! absence, counts, recovery, requirements.
#![allow(missing_docs, clippy::unwrap_used)]

use bundle_scan_core::signature::load::SourceFile;
use bundle_scan_core::{Report, Scanner, SignatureSet};
use bundle_scan_testkit::Fixture;

#[path = "rules/copies.rs"]
mod copies;
#[path = "rules/disks.rs"]
mod disks;
#[path = "rules/streams.rs"]
mod streams;
#[path = "rules/window.rs"]
mod window;

/// One signature, made of the rule and texts that do not matter.
fn set_of(rule: &str) -> SignatureSet {
    let text = format!(
        "id: a\ntitle: {{en: t, zh: t}}\nseverity: error\nconfidence: high\ncategory: node\n{rule}\n\
         cause: {{en: c, zh: c}}\nimpact: {{en: i, zh: i}}\nremedy: [{{en: r, zh: r, risk: read-only}}]\n\
         samples: {{positive: [{{member: m, text: task blocked}}], negative: [{{member: m, text: task disk node failed low back pod blocks server memory link quota zork seen}}]}}\n"
    );
    let file = SourceFile {
        name: "a.yaml".into(),
        text,
    };
    SignatureSet::empty().with_files(vec![file]).unwrap()
}

/// A fixture, packed.
fn fixture_bytes(fixture: &str) -> Vec<u8> {
    Fixture::parse(fixture).tar()
}

/// Scans a fixture with one signature.
fn report(rule: &str, fixture: &str) -> Report {
    let tar = std::io::Cursor::new(fixture_bytes(fixture));
    Scanner::builder()
        .threads(1)
        .build(set_of(rule))
        .scan_reader("bundle.tar", tar)
        .unwrap()
}

/// What is found, in short: count, state, and the numbers of the evidence lines; nothing if it stays silent.
fn scan(rule: &str, fixture: &str) -> String {
    let report = report(rule, fixture);
    let Some(finding) = report.findings.first() else {
        return String::new();
    };
    let lines: Vec<String> = finding
        .evidence
        .iter()
        .map(|evidence| evidence.line.to_string())
        .collect();
    format!(
        "{} {} {} @{}",
        finding.count,
        finding.state.as_str(),
        finding.confidence.as_str(),
        lines.join(",")
    )
}

fn check(rule: &str, rows: &[(&str, &str)]) {
    for (fixture, expected) in rows {
        assert_eq!(scan(rule, fixture), *expected, "{rule}\n{fixture}");
    }
}

#[test]
fn captures_meet_conditions() {
    let rule = "match: {any: [{line: {literal: blocks left, regex: '(?<free>\\d+) blocks left', where: {free: {lt: 100}}}}]}";
    check(
        rule,
        &[
            ("//- m\nonly 99 blocks left\n", "1 unknown high @1"),
            ("//- m\nstill 100 blocks left\n", ""),
        ],
    );
}

const DISK_HANGS: &str = "sequence:\n  within: 10m\n  ordered: true\n  join: [device]\n  steps:\n    \
     - line: {literal: Attached SCSI disk, regex: '\\[(?<device>\\w+)\\] Attached SCSI disk'}\n    \
     - line: {literal: blocked for more than, regex: 'jbd2/(?<device>[a-z]+)[\\d:-]* blocked for more than'}\n\
     entities: {device: device}";

#[test]
fn a_sequence_is_joined_and_ordered_in_its_window() {
    let log = |lines: &[(&str, &str)]| {
        let lines: Vec<String> = lines
            .iter()
            .map(|(time, text)| format!("2026-03-10T{time}Z n1 kernel: {text}\n"))
            .collect();
        format!("//- var/log/messages\n{}", lines.concat())
    };
    let attached = "sd 2:0:0:0: [sdb] Attached SCSI disk";
    let blocked = "INFO: task jbd2/sdb1-8:712 blocked for more than 120 seconds.";
    let other = "INFO: task jbd2/vda1-8:712 blocked for more than 120 seconds.";
    check(
        DISK_HANGS,
        &[
            (
                &log(&[("10:00:00", attached), ("10:05:00", blocked)]),
                "2 active high @1,2",
            ),
            (&log(&[("10:00:00", attached), ("10:05:00", other)]), ""),
            (&log(&[("10:00:00", attached), ("10:15:00", blocked)]), ""),
            (&log(&[("10:00:00", blocked), ("10:05:00", attached)]), ""),
            (&log(&[("10:05:00", blocked)]), ""),
        ],
    );
}

#[test]
fn kernel_stamps_alone_are_enough_for_a_window() {
    let dmesg = |attached: &str, blocked: &str| {
        format!(
            "//- dmesg.txt\n[{attached}] sd 2:0:0:0: [sdb] Attached SCSI disk\n\
             [{blocked}] INFO: task jbd2/sdb1-8:712 blocked for more than 120 seconds.\n"
        )
    };
    check(
        DISK_HANGS,
        &[
            (
                &dmesg("  100.000000", "  400.000000"),
                "2 unknown high @1,2",
            ),
            (&dmesg("  100.000000", " 4000.000000"), ""),
        ],
    );
}

#[test]
fn what_did_not_follow_is_told_only_where_the_log_goes_on() {
    let rule = "sequence: {within: 5m, ordered: true, steps: [{line: {literal: server not responding}}, \
         {absent: {line: {literal: server is OK}}}]}";
    let log = |lines: &[&str]| format!("//- var/log/messages\n{}\n", lines.join("\n"));
    let (down, up, later) = (
        "2026-03-10T10:00:00Z n1 kernel: nfs: server not responding",
        "2026-03-10T10:01:00Z n1 kernel: nfs: server is OK",
        "2026-03-10T11:00:00Z n1 kernel: something else",
    );
    check(
        rule,
        &[
            (&log(&[down, later]), "1 active high @1"),
            (&log(&[down, up, later]), ""),
            (&log(&[down]), ""),
        ],
    );
}

#[test]
fn thresholds_count_distinct_things_for_each_thing() {
    let rule = "match: {any: [{line: {literal: pod failed, regex: 'pod failed (?<pod>\\S+) on (?<node>\\S+)'}}]}\n\
         entities: {pod: pod, node: node}\nthreshold: {count: 2, distinct: pod, per: [node]}";
    check(
        rule,
        &[
            (
                "//- m\npod failed a on n1\npod failed b on n1\npod failed c on n2\n",
                "2 unknown high @1,2",
            ),
            (
                "//- m\npod failed a on n1\npod failed a on n1\npod failed c on n2\n",
                "",
            ),
        ],
    );
}

#[test]
fn a_recovery_on_the_same_node_clears() {
    let rule = "match: {join: [node], any: [{line: {literal: node is down, regex: '(?<node>n\\d) node is down'}}]}\n\
         cleared_by: [{line: {literal: node is back, regex: '(?<node>n\\d) node is back'}}]\nentities: {node: node}";
    let log = |lines: &[&str]| format!("//- m\n{}\n", lines.join("\n"));
    let (down, back) = (
        "2026-03-10T10:00:00Z n1 node is down",
        "2026-03-10T10:01:00Z n1 node is back",
    );
    check(
        rule,
        &[
            (&log(&[down, back]), "1 cleared high @1"),
            (&log(&[down]), "1 active high @1"),
            (
                &log(&[back, "2026-03-10T10:02:00Z n1 node is down"]),
                "1 active high @2",
            ),
            (
                &log(&[down, "2026-03-10T10:01:00Z n2 node is back"]),
                "1 active high @1",
            ),
        ],
    );
}

const PODS: &str = "//- cluster-resources/pods/shop.json
{\"kind\": \"PodList\", \"apiVersion\": \"v1\", \"items\": [
 {\"metadata\": {\"name\": \"web-0\", \"namespace\": \"shop\"}, \"spec\": {\"nodeName\": \"n1\", \"restartPolicy\": \"Always\",
   \"containers\": [{\"name\": \"app\", \"image\": \"reg/web:1\", \"resources\": {\"limits\": {\"memory\": \"100Mi\"}}}]},
  \"status\": {\"phase\": \"Running\", \"containerStatuses\": [{\"name\": \"app\", \"restartCount\": 7, \"ready\": false,
   \"lastState\": {\"terminated\": {
     \"exitCode\": 137,
     \"reason\": \"OOMKilled\"}},
   \"state\": {\"waiting\": {\"reason\": \"CrashLoopBackOff\"}}}]}},
 {\"metadata\": {\"name\": \"web-1\", \"namespace\": \"shop\"}, \"spec\": {\"nodeName\": \"n2\",
   \"containers\": [{\"name\": \"app\", \"image\": \"reg/web:1\"}]},
  \"status\": {\"phase\": \"Running\", \"containerStatuses\": [{\"name\": \"app\", \"restartCount\": 0, \"ready\": true,
   \"state\": {\"running\": {\"startedAt\": \"2026-03-10T10:00:00Z\"}}}]}}
]}
";

#[test]
fn facts_meet_conditions_and_show_the_line_that_proves_them() {
    let rule = |conditions: &str| {
        format!("match: {{any: [{{fact: {{kind: container, where: {{{conditions}}}}}}}]}}")
    };
    for (conditions, expected) in [
        ("last_state.exit_code: 137", "1 unknown high @6"),
        (
            "last_state.exit_code: 137, last_state.reason: OOMKilled",
            "1 unknown high @7",
        ),
        ("last_state.exit_code: {gt: 137}", ""),
        ("limits.memory: {le: 100Mi}", "1 active high @3"),
        ("limits.memory: {lt: 100Mi}", ""),
        ("restarts: {ge: 5}, ready: false", "1 active high @4"),
        ("image: {matches: '^reg/'}", "2 active high @3,10"),
    ] {
        assert_eq!(scan(&rule(conditions), PODS), expected, "{conditions}");
    }
}

#[test]
fn facts_are_joined_with_each_other_and_with_lines() {
    let rule = "match:\n  join: [node]\n  all:\n    - fact: {kind: container, where: {last_state.exit_code: 137}}\n    \
         - line: {component: [kernel], literal: Out of memory}";
    let with_log = |host: &str| {
        format!(
            "{PODS}//- var/log/messages\n2026-03-10T10:00:00Z {host} kernel: Out of memory: Killed process 12\n"
        )
    };
    check(
        rule,
        &[
            (&with_log("n1"), "2 active high @6,1"),
            (&with_log("n2"), ""),
            (PODS, ""),
        ],
    );
}

#[test]
fn absence_and_counts() {
    let absent = "match: {all: [{fact: {kind: container, where: {last_state.exit_code: 137}}}, \
         {absent: {fact: {kind: container, where: {last_state.reason: OOMKilled}}}}], join: [pod]}";
    check(absent, &[(PODS, "")]);
    let count = |condition: &str| {
        format!(
            "match: {{all: [{{count: {{of: {{fact: {{kind: container}}}}, distinct: pod, {condition}}}}}]}}"
        )
    };
    check(&count("at_least: 2"), &[(PODS, "2 active high @3,10")]);
    check(&count("at_least: 3"), &[(PODS, "")]);
    let share = "match: {all: [{count: {of: {fact: {kind: container, where: {ready: false}}}, \
         among: {fact: {kind: container}}, percent: 50}}]}";
    check(share, &[(PODS, "1 active high @4")]);
}

#[test]
fn requirements_are_held_against_the_machine() {
    let rule = "match: {any: [{line: {literal: task blocked}}]}\nrequires: {kernel: '<5.9'}";
    check(
        rule,
        &[
            ("//- m\ntask blocked\n", "1 unknown medium @1"),
            (
                "//- m\ntask blocked\n//- uname\nLinux n1 4.19.90-23.8 #1 SMP Tue Mar 10 10:17:41 UTC 2026 x86_64 x86_64 x86_64 GNU/Linux\n",
                "1 unknown high @1",
            ),
            (
                "//- dmesg\n[    0.000000] Linux version 5.10.0-60.el8 (mock@build) (gcc 10) #1 SMP\n[  100.000000] task blocked\n",
                "",
            ),
            (
                "//- m\ntask blocked\n//- uname\nLinux n1 5.10.0-60.el8 #1 SMP Tue Mar 10 10:17:41 UTC 2026 x86_64 x86_64 x86_64 GNU/Linux\n",
                "",
            ),
        ],
    );
}

const EVENTS: &str = "//- cluster-resources/events/shop.json
{\"kind\": \"EventList\", \"items\": [
 {\"metadata\": {\"name\": \"web-0.1\", \"namespace\": \"shop\"}, \"involvedObject\": {\"kind\": \"Pod\", \"name\": \"web-0\", \"namespace\": \"shop\"},
  \"type\": \"Warning\", \"reason\": \"BackOff\", \"count\": 12,
  \"message\": \"Back-off restarting failed container app\",
  \"source\": {\"component\": \"kubelet\", \"host\": \"n1\"}, \"lastTimestamp\": \"2026-03-10T10:00:00Z\"}
]}
";

#[test]
fn events_in_lists_are_records_and_facts_with_their_counts() {
    let line = "match: {any: [{line: {component: [event], literal: Back-off restarting, regex: '^BackOff: Back-off restarting failed'}}]}";
    let fact = "match: {any: [{fact: {kind: event, where: {reason: BackOff, count: {ge: 10}}}}]}";
    let table = "//- events.txt\nLAST SEEN             TYPE      REASON    OBJECT      MESSAGE\n\
         15s (x12 over 85s)    Warning   BackOff   pod/web-0   Back-off restarting failed container app\n";
    check(
        line,
        &[(EVENTS, "12 active high @4"), (table, "12 unknown high @2")],
    );
    check(
        fact,
        &[(EVENTS, "12 active high @4"), (table, "12 unknown high @2")],
    );
}

#[test]
fn what_breaks_off_keeps_its_facts_and_is_told() {
    let rule = "match: {any: [{fact: {kind: container, where: {last_state.exit_code: 137}}}]}";
    let cut = &PODS[..PODS.find("web-1").unwrap()];
    assert_eq!(scan(rule, cut), "1 unknown high @6");
}

#[test]
fn what_documents_show_is_no_fact() {
    let rule = "match: {any: [{fact: {kind: container, where: {last_state.exit_code: 137}}}]}";
    let list = PODS.split_once('\n').unwrap().1;
    for path in [
        "docs/README.md",
        "usr/share/doc/x/pods.json",
        "etc/kubernetes/example.json",
    ] {
        assert_eq!(scan(rule, &format!("//- {path}\n{list}")), "", "{path}");
    }
    assert_eq!(
        scan(rule, &format!("//- upload-1\n{list}")),
        "1 unknown high @6"
    );
}

#[test]
fn the_same_state_in_several_spellings_counts_once() {
    let rule = "match: {any: [{fact: {kind: container, where: {last_state.exit_code: 137}}}]}";
    let describe = "//- describe/web-0.txt
Name:         web-0
Namespace:    shop
Node:         n1/10.0.0.5
Status:       Running
Containers:
  app:
    Image:          reg/web:1
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
Events:       <none>
";
    assert_eq!(
        scan(rule, &format!("{PODS}{describe}")),
        "1 unknown high @6,12"
    );
}

#[test]
fn what_is_given_must_hold_and_is_neither_shown_nor_counted() {
    let rule = |state: &str| {
        format!(
            "match:\n  join: [node]\n  all:\n    - given: {{fact: {{kind: container, where: {{last_state.exit_code: {state}}}}}}}\n    \
             - line: {{component: [kernel], literal: Out of memory}}"
        )
    };
    let with_log = |host: &str| {
        format!(
            "{PODS}//- var/log/messages\n2026-03-10T10:00:00Z {host} kernel: Out of memory: Killed process 12\n"
        )
    };
    check(
        &rule("137"),
        &[
            (&with_log("n1"), "1 active high @1"),
            (&with_log("n2"), ""),
            // What proves nothing is not found on its own.
            (PODS, ""),
        ],
    );
    check(&rule("138"), &[(&with_log("n1"), "")]);
    let in_sequence = "match: {all: [{sequence: {within: 1m, ordered: true, steps: [{given: {line: {literal: disk went away}}}, \
                       {line: {literal: journal has aborted}}]}}]}";
    let log = |first: &str, second: &str| {
        format!(
            "//- var/log/messages\n2026-03-10T10:00:00Z n1 kernel: {first}\n2026-03-10T10:00:30Z n1 kernel: {second}\n"
        )
    };
    check(
        in_sequence,
        &[
            (
                &log("disk went away", "journal has aborted"),
                "1 active high @2",
            ),
            (&log("journal has aborted", "disk went away"), ""),
        ],
    );
}

#[test]
fn what_is_given_by_a_line_that_names_nothing_holds_for_all() {
    let rule = "match:\n  join: [pod]\n  all:\n    - given: {line: {literal: quota is used up}}\n    \
        - line: {literal: cannot start, regex: 'pod (?<pod>\\S+) cannot start'}\nentities: {pod: pod}";
    check(
        rule,
        &[
            (
                "//- m\nquota is used up\npod a cannot start\n",
                "1 unknown high @2",
            ),
            ("//- m\npod a cannot start\n", ""),
        ],
    );
}

#[test]
fn what_is_given_may_name_more_than_what_proves() {
    let rule = |join: &str| {
        format!(
            "match:\n  join: [{join}]\n  all:\n    - given: {{fact: {{kind: container, where: {{last_state.exit_code: 137}}}}}}\n    \
             - line: {{component: [kernel], literal: Out of memory}}"
        )
    };
    let with_log = |host: &str| {
        format!(
            "{PODS}//- var/log/messages\n2026-03-10T10:00:00Z {host} kernel: Out of memory: Killed process 12\n"
        )
    };
    check(&rule("pod"), &[(&with_log("n2"), "1 active high @1")]);
    // The line names a node, and could be of any pod on that.
    let on_node = [
        (&*with_log("n1"), "1 active high @1"),
        (&*with_log("n2"), ""),
    ];
    check(&rule("node, pod"), &on_node);
}

#[test]
fn a_line_that_says_two_things_is_one_step() {
    let rule = "sequence: {within: 1m, ordered: false, steps: [{line: {literal: alpha seen}}, {line: {literal: beta seen}}]}";
    let line = |time: &str, text: &str| format!("2026-03-10T{time}Z n1 kernel: {text}\n");
    let both = format!(
        "//- var/log/messages\n{}",
        line("10:00:00", "alpha seen beta seen")
    );
    assert_eq!(scan(rule, &both), "");
    let far = format!("{both}{}", line("15:00:00", "beta seen"));
    assert_eq!(scan(rule, &far), "");
    let near = format!("{both}{}", line("10:00:30", "beta seen"));
    assert_ne!(scan(rule, &near), "");
}

#[test]
fn a_thing_in_two_tables_is_one_within_a_window() {
    let rule = |within: &str| {
        format!(
            "match: {{any: [{{count: {{of: {{fact: {{kind: pod, where: {{status: CrashLoopBackOff}}}}}}, at_least: 2{within}}}}}]}}"
        )
    };
    let header = "NAMESPACE   NAME    READY   STATUS             RESTARTS   AGE";
    let pod =
        |name: &str| format!("shop        {name}   0/1     CrashLoopBackOff   12         3h\n");
    let one = format!(
        "//- pods.txt\n{header}\n{0}//- pods-wide.txt\n{header}\n{0}",
        pod("web-0")
    );
    let two = format!("//- pods.txt\n{header}\n{}{}", pod("web-0"), pod("web-1"));
    for within in ["", ", within: 10m"] {
        assert_eq!(scan(&rule(within), &one), "", "{within}");
        assert_ne!(scan(&rule(within), &two), "", "{within}");
    }
}

#[test]
fn equal_steps_in_any_order_ask_for_as_many_lines() {
    let rule = "sequence: {within: 1m, ordered: false, steps: [{line: {literal: link is down}}, {line: {literal: link is down}}]}";
    let log = |seconds: &[&str]| {
        let lines = seconds
            .iter()
            .map(|second| format!("2026-03-10T10:00:{second}Z n1 kernel: link is down\n"));
        format!("//- var/log/messages\n{}", lines.collect::<String>())
    };
    assert_eq!(scan(rule, &log(&["00"])), "");
    assert_ne!(scan(rule, &log(&["00", "30"])), "");
}

#[test]
fn a_step_may_be_something_that_happens_a_number_of_times() {
    let rule = "sequence: {within: 1h, ordered: true, steps: [{count: {at_least: 3, of: {line: {literal: link is down}}}}, {line: {literal: task failed}}]}";
    let log = |lines: &[&str]| {
        let lines = (10..)
            .zip(lines)
            .map(|(minute, text)| format!("2026-03-10T10:{minute}:00Z n1 kernel: {text}\n"));
        format!("//- var/log/messages\n{}", lines.collect::<String>())
    };
    let (down, failed) = ("link is down", "task failed");
    assert_eq!(scan(rule, &log(&[down, down, failed])), "");
    assert_eq!(scan(rule, &log(&[down, down, failed, down])), "");
    assert_ne!(scan(rule, &log(&[down, down, down, failed])), "");
    // The same record in another log is no other one.
    let kernel = log(&[down, down, failed, down]);
    let twice = format!("{kernel}{}", kernel.replace("messages", "kern.log"));
    assert_eq!(scan(rule, &twice), "");
}

#[test]
fn what_is_counted_may_have_to_lie_in_a_window() {
    let rule =
        "match: {any: [{count: {of: {line: {literal: link is down}}, at_least: 3, within: 10m}}]}";
    let log = |minutes: [u32; 3]| {
        let lines = minutes
            .map(|minute| format!("2026-03-10T10:{minute:02}:00Z n1 kernel: link is down\n"));
        format!("//- var/log/messages\n{}", lines.concat())
    };
    check(
        rule,
        &[
            (&log([1, 5, 11]), "3 active high @1,2"),
            (&log([1, 5, 20]), ""),
        ],
    );
}

#[test]
fn one_record_in_two_logs_counts_and_is_shown_once() {
    let rule = "match: {any: [{line: {literal: task blocked}}]}";
    let messages = "Mar 10 10:17:41 n1 kernel: [ 812.100000] task blocked\n";
    let ring = "[ 812.100000] task blocked\n";
    let both = format!("//- dmesg\n{ring}//- var/log/messages\n{messages}");
    check(
        rule,
        &[
            (&both, "1 active high @1"),
            // The log that has it twice proves both.
            (&format!("{both}{messages}"), "2 active high @1,2"),
        ],
    );
}

/// A table of many pods, and an event of one of them.
fn crowd(pods: usize, named: usize, status: &str) -> String {
    let rows: Vec<String> = (0..pods)
        .map(|number| {
            let status = if number == named { status } else { "Running" };
            format!("shop        web-{number:05}   1/1     {status}   0          3d\n")
        })
        .collect();
    format!(
        "//- kubectl/pods\nNAMESPACE   NAME        READY   STATUS    RESTARTS   AGE\n{}\
         //- kubectl/events\nLAST SEEN   TYPE      REASON    OBJECT          MESSAGE\n\
         2m          Warning   BackOff   pod/web-{named:05}   Back-off pulling image\n",
        rows.concat()
    )
}

#[test]
fn among_thousands_of_pods_the_right_one_is_joined() {
    let both = "match: {join: [pod], all: [{fact: {kind: pod, where: {status: Running}}}, \
                {fact: {kind: event, where: {reason: BackOff}}}]}";
    let absent = "match: {join: [pod], all: [{fact: {kind: event, where: {reason: BackOff}}}, \
                  {absent: {fact: {kind: pod, where: {status: Running}}}}]}";
    for named in [0, 1_234, 2_999] {
        let well = scan(both, &crowd(3_000, named, "Running"));
        assert!(well.starts_with("2 unknown high"), "{named}: {well:?}");
        assert_eq!(scan(absent, &crowd(3_000, named, "Running")), "", "{named}");
        let ill = scan(absent, &crowd(3_000, named, "Pending"));
        assert!(ill.starts_with("1 unknown high"), "{named}: {ill:?}");
    }
}
