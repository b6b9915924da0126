//! Logs in several parts, with several boots, and the same record in several logs.

use super::{check, report};

const BLOCKED: &str = "match: {any: [{line: {component: [kernel], literal: task blocked}}]}";

#[test]
fn a_record_says_where_else_it_stands() {
    let messages = "Mar 10 10:17:41 n1 kernel: [ 812.100000] task blocked\n";
    let ring = "[ 812.100000] task blocked\n";
    let fixture = format!(
        "//- dmesg\n[ 1.0] up\n{ring}{ring}//- var/log/messages\n{messages}{messages}//- journal.log\n-- start --\n{messages}"
    );
    let found = report(BLOCKED, &fixture);
    let evidence = found.findings[0].evidence.iter();
    let addresses: Vec<(String, Vec<String>)> = evidence
        .map(|line| {
            let also = line.also_in.iter();
            let also = also.map(|at| format!("{}:{}", at.member, at.line));
            (format!("{}:{}", line.member, line.line), also.collect())
        })
        .collect();
    let owned = |at: &str, also: &[&str]| {
        let also = also.iter().map(|at| (*at).to_owned());
        (at.to_owned(), also.collect::<Vec<_>>())
    };
    assert_eq!(
        addresses,
        [
            owned("dmesg:2", &["journal.log:2", "var/log/messages:1"]),
            owned("dmesg:3", &["var/log/messages:2"]),
        ]
    );
}

#[test]
fn the_parts_of_a_log_are_one_after_the_other() {
    let rule = "match: {any: [{line: {literal: task blocked}}]}\ncleared_by: [{line: {literal: task seen back}}]";
    let (blocked, back) = ("task blocked\n", "task seen back\n");
    for (older, newer, state) in [
        ("app.log.1", "app.log", "cleared"),
        ("app.log.10", "app.log.9", "cleared"),
        ("app.log-20260309.gz", "app.log-20260310", "cleared"),
        ("app.log", "app.log.1", "unknown"),
        ("app.log.1", "other.log", "unknown"),
    ] {
        let fixture = format!("//- {older}\n{blocked}//- {newer}\n{back}");
        let found = report(rule, &fixture);
        assert_eq!(found.findings[0].state.as_str(), state, "{older} {newer}");
    }
}

const BANNER: &str = "Linux version 5.10.0 (b@c) (gcc) #1 SMP";

#[test]
fn what_came_before_a_boot_is_over() {
    let log = |lines: &[(&str, &str)]| {
        let lines = lines
            .iter()
            .map(|(time, text)| format!("2026-03-10T{time}Z n1 kernel: {text}\n"));
        format!("//- var/log/messages\n{}", lines.collect::<String>())
    };
    let blocked = ("10:00:00", "task blocked");
    let boot = ("10:10:00", BANNER);
    let end = ("10:20:00", "up");
    check(
        BLOCKED,
        &[
            (&log(&[blocked, end]), "1 active high @1"),
            (&log(&[blocked, boot, end]), "1 historic high @1"),
            (
                &log(&[("10:05:00", BANNER), blocked, boot, end]),
                "1 historic high @2",
            ),
            (
                &log(&[
                    blocked,
                    ("10:10:00", "app: Linux version 5.10.0 is old"),
                    end,
                ]),
                "1 active high @1",
            ),
        ],
    );
}

#[test]
fn uptimes_of_an_earlier_boot_in_the_same_log_have_no_time() {
    let boots = |earlier: &str, last: &str| {
        format!(
            "//- console.log\n[    0.000000] {BANNER}\n[  100.000000] {earlier}\n[    0.000000] {BANNER}\n[  100.000000] {last}\n\
             //- var/log/messages\nMar 10 10:10:00 n1 kernel: [    5.000000] up\nMar 10 11:10:00 n1 kernel: [ 3605.000000] up\n"
        )
    };
    let time = |fixture: &str| {
        let found = report(BLOCKED, fixture);
        found.findings[0].evidence[0].time.is_some()
    };
    assert!(!time(&boots("task blocked", "up")));
    assert!(time(&boots("up", "task blocked")));
}

#[test]
fn a_log_that_names_no_host_is_of_the_machine_of_its_tree() {
    let rule = "match: {any: [{line: {literal: task blocked}}]}";
    let klog = "E0310 10:17:41.075997       7 a.go:9] task blocked\n";
    let hosts = |fixture: &str| {
        let found = report(rule, fixture);
        let hosts = found.findings[0].hosts.iter();
        let hosts = hosts.map(|(host, count)| format!("{host} {count}"));
        hosts.collect::<Vec<_>>().join(", ")
    };
    let logs = format!("//- a/var/log/kubelet.log\n{klog}//- b/kubelet.log\n{klog}{klog}");
    assert_eq!(hosts(&logs), "");
    let named = format!(
        "{logs}//- a/etc/hostname\nedge-1.example.com\n//- b/var/log/messages\nMar 10 10:00:00 edge-2 kernel: up\n"
    );
    assert_eq!(hosts(&named), "edge-2 2, edge-1 1");
    let alone = format!("//- kubelet.log\n{klog}//- messages\nMar 10 10:00:00 edge-2 kernel: up\n");
    assert_eq!(hosts(&alone), "edge-2 1");
    let of_pod = format!(
        "//- a/etc/hostname\nedge-1\n//- a/var/log/pods/shop_web-0_1111/app/0.log\n2026-03-10T10:17:41Z stdout F {klog}"
    );
    assert_eq!(hosts(&of_pod), "");
    let nodes =
        "NAME     STATUS   ROLES    AGE   VERSION\nedge-7   Ready    <none>   9d    v1.28.1\n";
    let called = format!("//- nodes/edge-7/kubelet.log\n{klog}//- kubectl/nodes.txt\n{nodes}");
    assert_eq!(hosts(&called), "edge-7 1");
}

#[test]
fn the_zone_of_a_tree_is_that_of_its_machine() {
    let of = |host: &str, zone: &str| {
        let klog = format!("E0310 10:17:41.000000       7 a.go:9] task blocked on {host}\n");
        format!(
            "//- {host}/var/log/kubelet.log\n{klog}//- {host}/etc/hostname\n{host}\n//- {host}/sos_commands/systemd/timedatectl\n      Local time: Tue 2026-03-10 12:00:00\n  Universal time: Tue 2026-03-10 12:00:00\n       Time zone: x ({zone})\n"
        )
    };
    let fixture = of("n1", "CST, +0800") + &of("n2", "UTC, +0000");
    let rule = "match: {any: [{line: {literal: task blocked}}]}";
    let found = report(rule, &fixture);
    let evidence = found.findings[0].evidence.iter();
    let hours: Vec<i64> = evidence
        .map(|line| line.time.unwrap().unix_nanos / 3_600_000_000_000 % 24)
        .collect();
    assert_eq!(hours, [2, 10]);
}

#[test]
fn what_a_machine_calls_a_pod_is_that_pod() {
    let uid = "7c1d9f0a-51c2-4a7e-9f6b-0b3f6d2e8a11";
    let rule = "match: {any: [{line: {literal: task failed in, regex: 'task failed in (?<cgroup>\\S+)'}}]}\nentities: {cgroup: cgroup}";
    let line =
        format!("//- dmesg\n[ 12.500000] task failed in /kubepods/burstable/pod{uid}/4be1c0ffee\n");
    let pods = |more: &str| {
        let found = report(rule, &format!("{line}{more}"));
        let entities = found.findings[0].entities.iter();
        let pods = entities.filter(|entity| entity.name == "pod");
        let pods = pods.flat_map(|entity| entity.values.clone());
        pods.map(|(pod, count)| format!("{pod} {count}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(pods(""), [""; 0]);
    let object = format!(
        "//- pod.json\n{{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{{\"name\":\"web-0\",\"namespace\":\"shop\",\"uid\":\"{uid}\"}},\"spec\":{{\"containers\":[]}},\"status\":{{}}}}\n"
    );
    assert_eq!(pods(&object), ["shop/web-0 1"]);
    let log =
        format!("//- var/log/pods/shop_web-0_{uid}/app/0.log\n2026-03-10T10:17:41Z stdout F up\n");
    assert_eq!(pods(&log), ["shop/web-0 1"]);
}

#[test]
fn a_log_of_many_boots_is_read_in_time_and_tells_none_of_them() {
    let boots = |count: usize| {
        let boot = format!("[    0.000000] {BANNER}\n[  100.000000] task blocked\n");
        format!(
            "//- console.log\n{}//- var/log/messages\nMar 10 10:10:00 n1 kernel: [    5.000000] up\n",
            boot.repeat(count)
        )
    };
    for (count, is_known) in [
        (1, true),
        (2, true),
        (64, true),
        (65, false),
        (30_000, false),
    ] {
        let found = report(BLOCKED, &boots(count));
        let finding = &found.findings[0];
        assert_eq!(finding.count, count as u64);
        assert_eq!(finding.last_seen.is_some(), is_known, "{count}");
    }
}

#[test]
fn the_first_line_of_an_earlier_boot_is_not_how_far_a_log_goes() {
    let blocked: String = (1..6)
        .map(|n| format!("[  {n}00.000000] task blocked\n"))
        .collect();
    let log = |before: &str| {
        format!(
            "//- var/log/dmesg\n{before}[    0.000000] {BANNER}\n{blocked}[  600.000000] eth0: link up\n//- var/log/messages\n2026-03-10T10:00:00Z n1 kernel: [    0.000000] up\n2026-03-10T10:10:00Z n1 kernel: up\n"
        )
    };
    for before in ["", "[90000.000000] eth0: link up\n"] {
        let found = report(BLOCKED, &log(before));
        assert_eq!(found.findings[0].state.as_str(), "active", "{before}");
        let dmesg = found
            .coverage
            .members
            .iter()
            .find(|member| member.kind == "kernel");
        let (_, end) = dmesg.unwrap().span.unwrap();
        let captured_at = found.bundle.captured_at.unwrap();
        assert!(end.unix_nanos <= captured_at.unix_nanos, "{before}");
    }
}

#[test]
fn the_same_words_in_the_trees_of_two_machines_are_no_copies() {
    let klog = "E0310 10:17:41.075997       7 a.go:9] task blocked\n";
    let of = |tree: &str, host: &str| {
        format!("//- {tree}/var/log/kubelet.log\n{klog}//- {tree}/etc/hostname\n{host}\n")
    };
    let rule = "match: {any: [{line: {literal: task blocked}}]}";
    for (fixture, expected) in [
        (of("a", "n1") + &of("b", "n2"), "2 active high @1,1"),
        (of("a", "n1") + &of("b", "n1"), "1 active high @1"),
        (
            format!(
                "{}//- a/var/log/messages\nMar 10 10:17:41 n1 kubelet[7]: {klog}",
                of("a", "n1")
            ),
            "1 active high @1",
        ),
    ] {
        check(rule, &[(&fixture, expected)]);
    }
}

#[test]
fn what_was_found_could_be_judged() {
    let noise: String = (0..70)
        .map(|n| format!("Mar 10 10:{:02}:00 n1 CROND[{n}]: (root) CMD (x)\n", n % 60))
        .collect();
    let fixture = format!(
        "//- var/log/messages\n{noise}Mar 10 11:00:00 n1 kubelet[7]: task blocked\n{noise}"
    );
    let rule = "match: {any: [{line: {component: [kubelet], literal: task blocked}}]}";
    let found = report(rule, &fixture);
    assert_eq!(found.findings.len(), 1);
    assert!(found.coverage.not_evaluable.is_empty());
    let hostnamectl = "//- sos_commands/host/hostnamectl_status\n   Static hostname: n1\n  Operating System: Rocky Linux 9.5\n            Kernel: Linux 5.14.0\n      Architecture: x86-64\n";
    let found = report(rule, hostnamectl);
    assert!(
        found.census.facts.contains_key("kernel_version"),
        "{:?}",
        found.census.facts
    );
}

#[test]
fn a_log_that_ends_with_the_first_words_of_a_boot_does_not_begin_with_them() {
    let fixture = format!(
        "//- var/log/dmesg\n[90000.000000] eth0: link up\n[    0.000000] {BANNER}\n//- var/log/messages\n2026-03-10T10:00:00Z n1 kernel: [    0.000000] up\n2026-03-10T10:10:00Z n1 kernel: up\n"
    );
    let found = report(BLOCKED, &fixture);
    let mut members = found.coverage.members.iter();
    let dmesg = members.find(|member| member.kind == "kernel").unwrap();
    let (_, end) = dmesg.span.unwrap();
    assert!(end.unix_nanos <= found.bundle.captured_at.unwrap().unix_nanos);
}
