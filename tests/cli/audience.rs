//! What a customer is told, and what not.

use bundle_scan_testkit::Fixture;

use super::{Folder, run};

const SECRETS: [&str; 2] = ["hunter2", "10.9.8.7"];
const LINE: &str = "2026-03-10T10:17:41+08:00 n1 kernel: neighbour: arp_cache: neighbor table overflow! from 10.9.8.7 password=hunter2\n";

fn bundle(folder: &Folder) -> String {
    let members = vec![("10.9.8.7/var/log/messages".into(), LINE.into())];
    folder.write("case-10.9.8.7/upload.tgz", &Fixture::new(members).tar_gz())
}

#[test]
fn a_letter_to_a_customer_is_redacted_without_asking() {
    let folder = Folder::new();
    let bundle = bundle(&folder);
    for format in ["text", "markdown"] {
        let open = run(&["-f", format, &bundle]).ends_with(0);
        for secret in SECRETS {
            assert!(open.stdout.contains(secret), "{}", open.stdout);
        }
        for (lang, advice) in [("en", "What to do"), ("zh", "处理建议")] {
            let args = [
                "--audience",
                "customer",
                "--why",
                "-f",
                format,
                "--lang",
                lang,
            ];
            let letter = run(&[&args[..], &[&bundle]].concat()).ends_with(0);
            let said = letter.stdout;
            assert!(said.contains(advice) && said.contains("secret-1"), "{said}");
            for internal in [
                "hunter2",
                "10.9.8.7",
                "arp-table-overflow",
                "case-",
                "+1000",
            ] {
                assert!(!said.contains(internal), "{internal}: {said}");
            }
        }
    }
}

#[test]
fn what_is_for_programs_is_for_no_customer() {
    let folder = Folder::new();
    let bundle = bundle(&folder);
    let file = folder.path("report.json");
    for format in ["json", "jsonl", &format!("json={file}")] {
        let refused = run(&[
            "--audience",
            "customer",
            "-f",
            "text",
            "-f",
            format,
            &bundle,
        ]);
        let refused = refused.ends_with(2);
        assert_eq!(refused.stdout, "");
        assert!(
            refused.stderr.contains("is for programs"),
            "{}",
            refused.stderr
        );
    }
    assert!(!std::path::Path::new(&file).exists(), "nothing was written");
}
