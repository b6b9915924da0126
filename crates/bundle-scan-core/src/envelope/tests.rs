//! Rows of lines and what is peeled off them, for all envelopes together: each row is at the same time the rival of
//! all others, because the table of envelopes is searched in order.

use proptest::prelude::*;

use super::*;
use crate::base::time::NANOS_PER_SECOND;

/// 2026-03-10T10:17:41Z in seconds since 1970.
const SECONDS: i64 = 1_773_137_861;

/// Level, stamp (`z` zoned, `l` zoneless, `y` yearless, `u` uptime, `a` age, `-` none), host, tag and payload as one line.
fn summary(peeled: &Peeled<'_>) -> String {
    let text = |bytes: Option<&[u8]>| {
        bytes.map_or("-".into(), |b| String::from_utf8_lossy(b).into_owned())
    };
    let stamp = match peeled.stamp {
        Some(Stamp::Zoned(nanos)) => format!("z{:+}", nanos / NANOS_PER_SECOND - SECONDS),
        Some(Stamp::Zoneless(nanos)) => format!("l{:+}", nanos / NANOS_PER_SECOND - SECONDS),
        Some(Stamp::Yearless { month, day, .. }) => format!("y{month}/{day}"),
        Some(Stamp::Uptime(nanos)) => format!("u{}", nanos / NANOS_PER_SECOND),
        Some(Stamp::Ago(nanos)) => format!("a{}", nanos / NANOS_PER_SECOND),
        None => "-".into(),
    };
    format!(
        "{} {} {} {} {} | {}",
        peeled.layers.as_slice().join("+"),
        peeled.level.map_or("-", Level::as_str),
        stamp,
        text(peeled.host.as_deref()),
        text(peeled.tag.as_deref()),
        text(Some(&peeled.payload))
    )
}

#[track_caller]
fn check(line: &str, expected: &str) {
    assert_eq!(summary(&peel(line.as_bytes())), expected, "{line}");
}

#[test]
fn syslog_headers() {
    check(
        "Mar 10 10:17:41 n1 sshd[77]: bye",
        "rfc3164 - y3/10 n1 sshd | bye",
    );
    check(
        "<27>Mar  1 10:17:41.5 n1 app: x",
        "rfc3164 error y3/1 n1 app | x",
    );
    check(
        "Mar 10 10:17:41 n1 sshd(pam_unix)[9]: x",
        "rfc3164 - y3/10 n1 sshd(pam_unix) | x",
    );
    check(
        "Mar 10 10:17:41 n1 [/bin/bash]: [ls] return code=[0]",
        "rfc3164 - y3/10 n1 [/bin/bash] | [ls] return code=[0]",
    );
    check(
        "Mar 10 10:17:41 n1 last message repeated 2 times",
        "rfc3164 - y3/10 n1 - | last message repeated 2 times",
    );
    check(
        "Mar 10 10:17:41 something else happened",
        "rfc3164 - y3/10 - - | something else happened",
    );
    check(
        "2026-03-10T18:17:41.07+08:00 n1 dockerd[8]: x",
        "syslog-iso - z+0 n1 dockerd | x",
    );
    check(
        "2026-03-10T10:17:41+0000 n1 systemd[1]: a: b",
        "syslog-iso - z+0 n1 systemd | a: b",
    );
    check(
        "<30>1 2026-03-10T10:17:41Z n1 dockerd 812 - - x y",
        "rfc5424 info z+0 n1 dockerd | x y",
    );
    check(
        r#"<165>1 - - app 7 ID [a@1 k="\"] \\"][b] x"#,
        "rfc5424 notice - - app | x",
    );
}

#[test]
fn kernel_stamps_go_behind_the_kernel_tag_only() {
    check(
        "Mar 10 10:17:41 n1 kernel: [   12.345678] eth0: up",
        "rfc3164 - y3/10 n1 kernel | eth0: up",
    );
    check(
        "2026-03-10T10:17:41Z n1 kernel: [1.234567][ T1] x",
        "syslog-iso - z+0 n1 kernel | x",
    );
    check(
        "<4>1 2026-03-10T10:17:41Z n1 kernel - - - \u{feff}[1.234567] x",
        "rfc5424 warning z+0 n1 kernel | x",
    );
    check(
        "Mar 10 10:17:41 n1 app: [1.5] x",
        "rfc3164 - y3/10 n1 app | [1.5] x",
    );
}

#[test]
fn journal_outputs() {
    check(
        "Tue 2026-03-10 10:17:41 CST n1 kubelet[6]: x",
        "journal-full - l+0 n1 kubelet | x",
    );
    check(
        "Tue 2026-03-10 10:17:41.07 UTC n1 kernel: x",
        "journal-full - z+0 n1 kernel | x",
    );
    check(
        "Tue 2026-03-10 18:17:41 +08 n1 a[6]: x",
        "journal-full - z+0 n1 a | x",
    );
    check(
        "Tue 2026-03-10 10:17:41 UTC [s=7;i=4;b=3]",
        "journal-full - z+0 - - | [s=7;i=4;b=3]",
    );
    check(
        "1773137861.075997 n1 kubelet[1]: x",
        "journal-short-unix - z+0 n1 kubelet | x",
    );
    check(
        "[12345.678901] n1 kubelet[1]: x",
        "journal-short-monotonic - u12345 n1 kubelet | x",
    );
    check(
        r#"{"__REALTIME_TIMESTAMP":"1773137861000000","PRIORITY":"3","SYSLOG_IDENTIFIER":"etcd","_HOSTNAME":"n1","MESSAGE":"a \"b\""}"#,
        r#"journal-json error z+0 n1 etcd | a "b""#,
    );
    check(
        r#"{ "__REALTIME_TIMESTAMP" : "1773137861000000", "MESSAGE" : [104,105], "_PID" : null, "_COMM" : ["a","b"] }"#,
        "journal-json - z+0 - - | hi",
    );
}

#[test]
fn container_wrappers() {
    check(
        "2026-03-10T10:17:41.075997123Z stdout F hello",
        "cri - z+0 - - | hello",
    );
    check(
        "2026-03-10T18:17:41.1+08:00 stderr P part",
        "cri - z+0 - - | part",
    );
    check("2026-03-10T10:17:41.1Z stdout F", "cri - z+0 - - | ");
    check(
        r#"{"log":"hi\n","stream":"stdout","time":"2026-03-10T10:17:41.5Z"}"#,
        "docker-json - z+0 - - | hi",
    );
    check(
        r#"{"time":"2026-03-10T10:17:41Z","attrs":{"a":"b"},"stream":"stderr","log":"cut"}"#,
        "docker-json - z+0 - - | cut",
    );
    check(
        "2026-03-10T10:17:41.075997123Z hello there: x",
        "kubectl-timestamps - z+0 - - | hello there: x",
    );
    check("[pod/web-0/app] hello", "kubectl-prefix - - - - | hello");
}

#[test]
fn kernel_log() {
    check(
        "[12345.678901] EXT4-fs error (device sdz9): x",
        "dmesg - u12345 - - | EXT4-fs error (device sdz9): x",
    );
    check(
        "<3>[    0.000000][    T0] Linux",
        "dmesg error u0 - - | Linux",
    );
    check(
        "kern  :err   : [   12.345678] I/O",
        "dmesg error u12 - - | I/O",
    );
    check("[    0.000000] kernel: Command", "dmesg - u0 - - | Command");
    check(
        "[    4.100000] systemd[1]: Set hostname",
        "dmesg - u4 - - | systemd[1]: Set hostname",
    );
    check(
        "[Tue Mar 10 10:17:41 2026] oops",
        "dmesg-readable - l+0 - - | oops",
    );
    check(
        "kern  :warn  : [Tue Mar 10 10:17:41 2026] x",
        "dmesg-readable warning l+0 - - | x",
    );
    check("[Mar10 10:17] x", "dmesg-readable - y3/10 - - | x");
    check("[  +0.000004] x", "dmesg-readable - - - - | x");
    check(
        "kern  :warn  : 2026-03-10T10:17:41,283302+00:00 NVRM: x",
        "dmesg-iso warning z+0 - - | NVRM: x",
    );
    check(
        "[Tue Mar 10 10:17:41 2026] [error] [client ::1] x",
        " - - - - | [Tue Mar 10 10:17:41 2026] [error] [client ::1] x",
    );
}

#[test]
fn program_formats() {
    check(
        "E0310 10:17:41.075997    6872 a.go:9] failed",
        "klog error y3/10 - - | failed",
    );
    check(
        "W20260310 10:17:41.000000 1 a/b.go:561] x: y",
        "klog warning l+0 - - | x: y",
    );
    check("W1001 is not a header", " - - - - | W1001 is not a header");
    check(
        r#"time="2026-03-10T10:17:41Z" level=error msg="a b" x=y"#,
        r#"logrus error z+0 - - | msg="a b" x=y"#,
    );
    check(
        r#"time="2026-03-10 10:17:41.01Z" level=warning msg=retry"#,
        "logrus warning z+0 - - | msg=retry",
    );
    check(
        r#"level=info ts=2026-03-10T10:17:41Z caller=a.go:1 msg="x""#,
        r#"logrus info z+0 - - | caller=a.go:1 msg="x""#,
    );
    check(
        "path=/a level=info msg=x",
        " - - - - | path=/a level=info msg=x",
    );
    check("ERRO[0012] failed", "logrus-tty error - - - | failed");
    check(
        "WARN[2026-03-10T18:17:41+08:00] x a=3",
        "logrus-tty warning z+0 - - | x a=3",
    );
    check(
        "2026-03-10T10:17:41.075Z\tERROR\tctl\tx",
        "zap-console error z+0 - - | ctl\tx",
    );
    check(
        "1.7731378610759974e+09\tINFO\tx",
        "zap-console info z+0 - - | x",
    );
    check(
        "2026/03/10 10:17:41 [crit] 31#31: *12 connect() x",
        "nginx-error critical l+0 - - | connect() x",
    );
    check(
        "2026/03/10 10:17:41 [emerg] 1#1: host not found",
        "nginx-error critical l+0 - - | host not found",
    );
    check(
        "[ERROR] plugin/errors: 2 a. A: x",
        "coredns error - - - | [ERROR] plugin/errors: 2 a. A: x",
    );
    check(
        "2026-03-10T10:17:41Z [FATAL] plugin/loop: Loop detected",
        "python-java+coredns critical z+0 - - | [FATAL] plugin/loop: Loop detected",
    );
    check(
        "2026-03-10 10:17:41,075 - util.py[WARNING]: x",
        "cloud-init warning l+0 - - | x",
    );
    check(
        "Cloud-init v. 23.4 finished at Tue, 10 Mar 2026 10:17:41 +0000. Up 3 seconds",
        "cloud-init-output - z+0 - - | Cloud-init v. 23.4 finished at Tue, 10 Mar 2026 10:17:41 +0000. Up 3 seconds",
    );
}

#[test]
fn json_lines_stay_whole() {
    let id = |line: &str| summary(&peel(line.as_bytes())).replace(line, "WHOLE");
    for (line, expected) in [
        (
            r#"{"level":"warn","ts":"2026-03-10T10:17:41.07Z","msg":"slow"}"#,
            "json-log warning z+0 - - | WHOLE",
        ),
        (
            r#"{"ts":1773137861075.9,"msg":"x","v":2}"#,
            "json-log - z+0 - - | WHOLE",
        ),
        (
            r#"{"ts":1773137861075.9,"msg":"x","err":"y"}"#,
            "json-log error z+0 - - | WHOLE",
        ),
        (
            r#"{"auditID":"7","level":"Error","requestReceivedTimestamp":"2026-03-10T10:17:41Z"}"#,
            "json-log - z+0 - - | WHOLE",
        ),
        (
            r#"{"level":"info","level":"error","ts":[1,{"a":2}]}"#,
            "json-log info - - - | WHOLE",
        ),
        (
            r#"{"log":"text","level":"error"}"#,
            "json-log error - - - | WHOLE",
        ),
        (r#"{"kind":"Pod","apiVersion":"v1"}"#, " - - - - | WHOLE"),
        (r#"{"level":"error""#, " - - - - | WHOLE"),
    ] {
        assert_eq!(id(line), expected, "{line}");
    }
}

#[test]
fn generic_stamps() {
    check(
        "2026-03-10 10:17:41,075 [main] ERROR a.B - x",
        "python-java error l+0 - - | [main] ERROR a.B - x",
    );
    check(
        "2026-03-10T18:17:41.075+08:00  WARN 1 --- [m] x",
        "python-java warning z+0 - - | WARN 1 --- [m] x",
    );
    check(
        "2026-03-10T10:17:41.322350Z info xds: x",
        "python-java info z+0 - - | info xds: x",
    );
    check(
        "2026-03-10 10:17:41.07 [WARNING][6] felix/a.go 2: x",
        "python-java warning l+0 - - | [WARNING][6] felix/a.go 2: x",
    );
    check(
        "2026-03-10 10:17:41.075997 W | etcdserver: x",
        "python-java warning l+0 - - | W | etcdserver: x",
    );
    check(
        "[2026-03-10 10:17:41.075][8][warning][config] x",
        "python-java warning l+0 - - | [8][warning][config] x",
    );
    check(
        "2026/03/10 10:17:41 http: TLS handshake error",
        "python-java error l+0 - - | http: TLS handshake error",
    );
    let far = format!("2026-03-10 10:17:41 {} ERROR", "x".repeat(90));
    assert_eq!(peel(far.as_bytes()).level, None);
}

#[test]
fn layers_are_joined() {
    check(
        "Mar 10 10:17:41 n1 kubelet[6]: E0310 10:17:41.075997    6872 a.go:9] failed",
        "rfc3164+klog error y3/10 n1 kubelet | failed",
    );
    check(
        r#"Mar 10 18:17:41 n1 dockerd[8]: time="2026-03-10T18:17:41+08:00" level=error msg="x""#,
        r#"rfc3164+logrus error z+0 n1 dockerd | msg="x""#,
    );
    check(
        r#"{"log":"E0310 10:17:40.000000 1 a.go:7] bad\n","stream":"stderr","time":"2026-03-10T10:17:41Z"}"#,
        "docker-json+klog error z+0 - - | bad",
    );
    check(
        r#"{"log":"Mar 10 10:17:41 n1 app[2]: [ERROR] x\n","stream":"stderr"}"#,
        "docker-json+rfc3164+coredns error y3/10 n1 app | [ERROR] x",
    );
    check(
        "2026-03-10T10:17:41.1Z stdout F Warning  BackOff  15s  kubelet  x",
        "cri - z+0 - - | Warning  BackOff  15s  kubelet  x",
    );
}

#[test]
fn layers_have_a_limit() {
    let line = "[pod/a/b] ".repeat(9) + "x";
    let peeled = peel(line.as_bytes());
    assert_eq!(peeled.layers.as_slice(), ["kubectl-prefix"; MAX_LAYERS]);
    assert_eq!(
        peeled.payload.as_ref(),
        line.split_at(MAX_LAYERS * 10).1.as_bytes()
    );
}

/// Namespace, count, source, object and payload of the row that a line is.
fn row(line: &str) -> Option<String> {
    let peeled = peel(line.as_bytes());
    let event = peeled.event?;
    let text = |bytes: Option<&[u8]>| {
        bytes.map_or("-".into(), |b| String::from_utf8_lossy(b).into_owned())
    };
    Some(format!(
        "{} {} {} [{}] {} | {}",
        if event.warning { "W" } else { "N" },
        text(event.namespace),
        event.count,
        text(event.from),
        text(event.object.as_deref()),
        text(Some(&peeled.payload))
    ))
}

#[test]
fn rows_of_events_tables() {
    for (line, expected) in [
        (
            "  Warning  BackOff    15s (x4 over 85s)  kubelet  Back-off now",
            "W - 4 [kubelet] - | BackOff: Back-off now",
        ),
        (
            "  Normal   Pulled  <unknown>  kubelet, n1  Already  there ",
            "N - 1 [kubelet, n1] - | Pulled: Already  there",
        ),
        (
            "  Warning  FailedMount  5m    MountVolume failed for x",
            "W - 1 [-] - | FailedMount: MountVolume failed for x",
        ),
        (
            "Warning FailedCreate 7s kubelet Error: no",
            "W - 1 [kubelet] - | FailedCreate: Error: no",
        ),
        (
            "  1m  15s  4  kubelet, n1  spec.containers{app}  Warning  BackOff  Back-off",
            "W - 4 [kubelet, n1] - | BackOff: Back-off",
        ),
        (
            "  1m\t15s\t4\t{kubelet n1}\tspec.containers{app}\tWarning\t\tBackOff\tBack-off",
            "W - 4 [kubelet n1] - | BackOff: Back-off",
        ),
        (
            "  5m\t5m\t1\tdefault-scheduler\t\t\tNormal\t\tScheduled\tDone",
            "N - 1 [default-scheduler] - | Scheduled: Done",
        ),
        (
            "15s (x4 over 85s)   Warning   BackOff  pod/web-0   Back-off now",
            "W - 4 [-] pod/web-0 | BackOff: Back-off now",
        ),
        (
            "shop   15s   Warning   BackOff   pod/web-0   Back-off now",
            "W shop 1 [-] pod/web-0 | BackOff: Back-off now",
        ),
        (
            "15s   Warning   BackOff   pod/web-0   spec.containers{app}   kubelet, n1   Back-off now   3m   17   web-0.17abc4d5e6f7",
            "W - 17 [kubelet, n1] pod/web-0 | BackOff: Back-off now",
        ),
        (
            "<unknown>   Warning   FailedScheduling   pod/web-0             default-scheduler   0/3 nodes   <unknown>   2   web-0.17abc4d5e6f7",
            "W - 2 [default-scheduler] pod/web-0 | FailedScheduling: 0/3 nodes",
        ),
        (
            "15s  1m  4  web-0.15a2b  Pod  spec.containers{app}  Warning  BackOff  kubelet, n1  Back-off",
            "W - 4 [kubelet, n1] pod/web-0 | BackOff: Back-off",
        ),
    ] {
        assert_eq!(row(line).as_deref(), Some(expected), "{line}");
    }
}

#[test]
fn other_tables_are_no_events() {
    for line in [
        "  Type     Reason     Age                From     Message",
        "LAST SEEN   TYPE   REASON   OBJECT   MESSAGE",
        "Warning: this is deprecated",
        "web-0   0/1   CrashLoopBackOff   17 (2m5s ago)   3d4h",
        "  Warning  BackOff  often  kubelet  x",
        "15s Warning BackOff web-0 x",
    ] {
        assert_eq!(row(line), None, "{line}");
    }
}

#[test]
fn ids_are_unique() {
    let mut ids: Vec<_> = ENVELOPES.iter().map(|envelope| envelope.id()).collect();
    ids.sort_unstable();
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
}

/// Lines near to real ones: pieces of all formats in any order.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: [&str; 36] = [
        "Mar 10 10:17:41 ",
        "2026-03-10T10:17:41.075997123Z ",
        "2026-03-10 10:17:41,075",
        "2026/03/10 10:17:41 ",
        "Tue ",
        "[12345.678901] ",
        "[    0.000000]",
        "[ T1] ",
        "<30>",
        "1 ",
        "n1 ",
        "kernel: ",
        "kubelet[6]: ",
        "stdout F ",
        "E0310 10:17:41.075997 1 a.go:1] ",
        "time=\"",
        "\" ",
        "level=error ",
        "msg=",
        "\\",
        "{\"log\":\"",
        "\"stream\":\"stdout\"",
        "}",
        ",",
        "ERRO[",
        "0012] ",
        "[ERROR] ",
        "\tERROR\t",
        "[pod/a/b] ",
        "  Warning  ",
        "BackOff  ",
        "15s ",
        "(x4 over 85s) ",
        "4  ",
        "pod/web-0  ",
        "web-0.15a2b",
    ];
    let piece = prop_oneof![
        9 => prop::sample::select(PIECES.to_vec()).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// No panic; every envelope knows what its lines begin with; what is borrowed ends where the line ends.
fn obeys_the_invariants(line: &[u8]) {
    for envelope in ENVELOPES {
        let Some(layer) = envelope.peel(line) else {
            continue;
        };
        let id = envelope.id();
        assert_eq!(layer.envelope, id);
        assert!(
            line.first().is_some_and(|first| envelope.begins(*first)),
            "{id}"
        );
        if let Cow::Borrowed(payload) = layer.payload {
            assert_eq!(payload.as_ptr_range().end, line.as_ptr_range().end, "{id}");
        }
    }
    assert!(peel(line).layers.as_slice().len() <= MAX_LAYERS);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(line in prop::collection::vec(any::<u8>(), 0..200)) {
        obeys_the_invariants(&line);
    }

    #[test]
    fn any_mixture_of_formats_is_survived(line in pieces()) {
        obeys_the_invariants(&line);
    }
}
