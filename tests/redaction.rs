//! A redacted report: nothing that was planted stands in any rendering, and each value has one stand-in.
#![allow(missing_docs, clippy::unwrap_used)]

use bundle_scan_core::render::{
    Audience, INVENTORY_JSON, INVENTORY_TEXT, OUTPUTS, RenderOptions, TIMELINE_JSON, TIMELINE_TEXT,
};
use bundle_scan_core::report::redact::Redactor;
use bundle_scan_core::{Lang, Render, Report, Scanner, SignatureSet};
use bundle_scan_testkit::Fixture;

/// What must not be told.
const PLANTED: [&str; 7] = [
    "hunter2",
    "10.9.8.7",
    "203.0.113.9",
    "2001:db8::77",
    "ops@example.com",
    "abcdef.0123456789abcdef",
    "c2lnbmF0dXJlLW9mLWEtc2VydmljZS1hY2NvdW50",
];

fn bundle() -> Fixture {
    let kubelet = "\
I0310 10:17:40.000001  4242 server.go:10] flags --password=hunter2 mail ops@example.com\n\
E0310 10:17:41.000002  4242 event.go:20] Unable to write event, Post \"https://10.9.8.7:6443/api/v1\": dial tcp 10.9.8.7:6443: connect: connection refused\n\
E0310 10:17:42.000003  4242 agent.go:30] sync with 203.0.113.9 failed: token=c2lnbmF0dXJlLW9mLWEtc2VydmljZS1hY2NvdW50 from [2001:db8::77]:9\n\
I0310 10:17:43.000004  4242 join.go:40] kubeadm join --token abcdef.0123456789abcdef\n";
    let messages = "\
Mar 10 10:17:40 n1 app[1]: login password=hunter2 from 10.9.8.7\n\
Mar 10 10:17:41 n1 kernel: [12345.678901] neighbour: arp_cache: neighbor table overflow!\n\
Mar 10 10:17:42 n1 app[1]: mail to ops@example.com with abcdef.0123456789abcdef\n";
    Fixture::new(vec![
        ("10.9.8.7/var/log/kubelet.log".into(), kubelet.into()),
        ("10.9.8.7/var/log/messages".into(), messages.into()),
        (
            "203.0.113.9/broken.gz".into(),
            b"\x1f\x8b\x08\0damaged".to_vec(),
        ),
    ])
}

fn scan(redactor: Option<Redactor>) -> Report {
    let folder = tempfile::tempdir().unwrap();
    bundle().write_dir(folder.path());
    let mut builder = Scanner::builder();
    if let Some(redactor) = redactor {
        builder.redact(redactor);
    }
    let scanner = builder.build(SignatureSet::builtin().unwrap());
    scanner.scan_path(folder.path()).unwrap()
}

/// Everything that is written of a report.
fn written(report: &Report) -> Vec<String> {
    let documents: [&dyn Render; 4] = [
        &INVENTORY_TEXT,
        &INVENTORY_JSON,
        &TIMELINE_TEXT,
        &TIMELINE_JSON,
    ];
    let mut all = Vec::new();
    for lang in [Lang::En, Lang::Zh] {
        for render in OUTPUTS.iter().copied().chain(documents) {
            let options = RenderOptions {
                lang,
                top: None,
                unrecognised: None,
                why: true,
                ..RenderOptions::default()
            };
            for audience in [Audience::Engineer, Audience::Customer] {
                let options = RenderOptions {
                    audience,
                    ..options.clone()
                };
                let mut out = Vec::new();
                render.write_with(report, &options, &mut out).unwrap();
                all.push(String::from_utf8(out).unwrap());
            }
        }
    }
    all
}

#[test]
fn nothing_that_was_planted_is_told() {
    let open = written(&scan(None)).concat();
    for planted in PLANTED {
        assert!(open.contains(planted), "{planted} would not be told anyway");
    }
    for text in written(&scan(Some(Redactor::default()))) {
        for planted in PLANTED {
            let at = text.find(planted);
            let around = at.map(|at| &text[at.saturating_sub(80)..(at + 40).min(text.len())]);
            assert_eq!(around, None, "{planted}");
        }
    }
}

#[test]
fn a_value_has_one_stand_in_in_all_reports() {
    let redactor = Redactor::default();
    let [first, second] = [scan(Some(redactor.clone())), scan(Some(redactor))];
    let members = |report: &Report| -> Vec<String> {
        let members = report.coverage.members.iter();
        members.map(|member| member.member.to_string()).collect()
    };
    assert_eq!(members(&first), members(&second));
    let member = members(&first).swap_remove(0);
    let (machine, _) = member.split_once('/').unwrap();
    assert!(machine.starts_with("private-ip-"), "{machine}");
    let [line] = &first.finding("arp-table-overflow").unwrap().evidence[..] else {
        panic!("one line proves it");
    };
    assert_eq!(line.member.as_str(), format!("{machine}/var/log/messages"));
    assert!(
        line.before[0].ends_with(&format!("from {machine}")),
        "{:?}",
        line.before
    );
}
