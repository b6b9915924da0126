//! What counts for itself, and what is a copy of it in another log.

use super::scan;

/// The count of what was found of lines with `zork blocked on`.
#[track_caller]
fn check_count(files: &[(&str, &str)], count: u64, shown: usize) {
    let rule = "match: {any: [{line: {literal: zork blocked}}]}";
    let files = files
        .iter()
        .map(|(path, text)| format!("//- {path}\n{text}"));
    let found = scan(rule, &files.collect::<String>());
    let lines = found
        .split_once('@')
        .map_or(0, |(_, lines)| lines.split(',').count());
    assert!(found.starts_with(&format!("{count} ")), "{found}");
    assert_eq!(lines, shown, "{found}");
}

#[test]
fn the_same_words_of_another_host_pod_or_object_count_for_themselves() {
    let log = |host: &str, times: [&str; 2]| {
        let lines =
            times.map(|time| format!("2026-03-{time}Z {host} kernel: zork blocked on sda\n"));
        lines.concat()
    };
    let of_n1 = log("n1", ["10T10:00:00", "10T10:01:00"]);
    let of_n2 = log("n2", ["11T12:15:00", "11T12:16:00"]);
    check_count(
        &[
            ("n1/var/log/messages", &of_n1),
            ("n2/var/log/messages", &of_n2),
        ],
        4,
        4,
    );
    check_count(
        &[("n1/var/log/messages", &of_n1), ("n1/journal.log", &of_n1)],
        2,
        2,
    );
    let of_pod =
        |hour: u8| format!("2026-03-10T{hour}:00:00.123456781Z stdout F zork blocked on db\n");
    check_count(
        &[
            (
                "var/log/pods/shop_web-6d4b75cb6d-hwxka_11111111-1111-1111-1111-111111111111/app/0.log",
                &of_pod(11),
            ),
            (
                "var/log/pods/shop_web-6d4b75cb6d-hwxkb_11111111-1111-1111-1111-111111111112/app/0.log",
                &of_pod(12),
            ),
        ],
        2,
        2,
    );
    let boot = "[    0.000000] zork blocked on cpu0\n";
    let of_boot = |host: &str| format!("Mar 10 10:00:00 {host} kernel: {boot}");
    let (boot_of_n1, boot_of_n2) = (of_boot("n1"), of_boot("n2"));
    check_count(
        &[
            ("n1/dmesg", boot),
            ("n1/var/log/messages", &boot_of_n1),
            ("n2/dmesg", boot),
            ("n2/var/log/messages", &boot_of_n2),
        ],
        2,
        2,
    );
    let event = |pod: &str, count: u8, time: &str| {
        format!(
            r#"{{"kind":"List","apiVersion":"v1","items":[{{"kind":"Event","apiVersion":"v1","metadata":{{"name":"{pod}.1","namespace":"shop"}},"involvedObject":{{"kind":"Pod","name":"{pod}","namespace":"shop"}},"reason":"Failed","message":"zork blocked on db","type":"Warning","count":{count},"lastTimestamp":"2026-03-10T{time}Z"}}]}}"#
        )
    };
    let (of_a, of_b) = (
        event("web-a", 12, "10:00:00"),
        event("web-b", 30, "17:45:00"),
    );
    check_count(&[("events-a.json", &of_a), ("events-b.json", &of_b)], 42, 2);
    // Two parts of one log are no copies of each other.
    let line = |hour: u8| format!("2026-03-10T{hour}:00:00Z n1 kernel: zork blocked on sda\n");
    check_count(
        &[
            ("var/log/messages-20260310", &line(10)),
            ("var/log/messages", &line(12)),
        ],
        2,
        2,
    );
}

#[test]
fn a_log_of_a_pod_that_tells_no_times_is_known_under_two_paths() {
    let log = "starting\nzork blocked on db\nzork blocked on db\n";
    let later = "starting again\nzork blocked on db\n";
    let collected = "cluster-resources/pods/logs/shop/web-0/app.log";
    let again = "bundle/logs/shop/web-0/app.log";
    check_count(&[(collected, log)], 2, 2);
    check_count(&[(collected, log), (again, log)], 2, 2);
    // What it said before it was started again, another container, another pod, or nobody known.
    for (other, text) in [
        (
            "cluster-resources/pods/logs/shop/web-0/app-previous.log",
            log,
        ),
        ("bundle/logs/shop/web-0/sidecar.log", log),
        ("bundle/logs/shop/web-1/app.log", log),
        ("bundle/logs/test/web-0/app.log", log),
        ("b/notes.log", log),
        (
            again,
            "\nstarting\nzork blocked on db\nzork blocked on db\n",
        ),
    ] {
        check_count(&[(collected, log), (other, text)], 4, 4);
    }
    check_count(&[(collected, log), (again, later)], 3, 3);
}

#[test]
fn logs_that_do_not_say_in_full_whose_they_are_hold_no_copies_without_times() {
    let log = "starting\nzork blocked on db\n";
    for (one, other) in [
        (
            "logs-web-6d4b75cb6d-hwxkx-app.log",
            "logs-web-6d4b75cb6d-bcdfg-app.log",
        ),
        (
            "containers/web-0_shop_app-01ab.log",
            "containers/web-0_shop_side-01ac.log",
        ),
        (
            "namespaces/shop/pods/web-0/app/app/logs/current.log",
            "namespaces/shop/pods/web-0/app/app/logs/previous.log",
        ),
    ] {
        check_count(&[(one, log), (other, log)], 2, 2);
    }
}
