//! Logs in other charsets: the same findings, and addresses that point into the original bytes.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;

use bundle_scan_core::signature::load::SourceFile;
use bundle_scan_core::{Report, Scanner, SignatureSet};
use bundle_scan_testkit::Fixture;
use encoding_rs::GB18030;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus");

/// A way to write text.
type Charset = fn(&str) -> Vec<u8>;

fn utf16_le_with_mark(text: &str) -> Vec<u8> {
    let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

fn utf16_be(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

fn scan(fixture: &Fixture, threads: usize, block_bytes: usize) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle");
    fs::write(&path, fixture.tar_gz()).unwrap();
    let mut builder = Scanner::builder();
    builder.threads(threads).block_bytes(block_bytes);
    let scanner = builder.build(SignatureSet::builtin().unwrap());
    scanner.scan_path(&path).unwrap()
}

/// What each finding rests on: its id, how often, and the lines with their addresses.
fn told(report: &Report) -> BTreeMap<&str, Vec<(String, u64, String)>> {
    let told = report.findings.iter().map(|finding| {
        let lines = finding.evidence.iter().map(|evidence| {
            let member = evidence.member.as_str().to_owned();
            (member, evidence.line, evidence.text.clone())
        });
        (finding.id(), lines.collect())
    });
    told.collect()
}

#[test]
fn utf16_is_read_like_utf8() {
    let charsets: [(Charset, bool); 2] = [(utf16_le_with_mark, false), (utf16_be, true)];
    for case in [
        "thinpool-full",
        "gpu-xid",
        "probe-failing",
        "install-config-prepare",
    ] {
        let fixture = Fixture::from_dir(format!("{CORPUS}/{case}/bundle"));
        let expected = scan(&fixture, 1, 1 << 20);
        assert!(!expected.findings.is_empty(), "{case}");
        for (charset, is_big) in charsets {
            let files = fixture.files().iter().map(|(path, bytes)| {
                // Short pieces are told by their mark alone.
                let text = std::str::from_utf8(bytes).unwrap();
                let is_short = text.len() < 64;
                let written = if is_short {
                    utf16_le_with_mark(text)
                } else {
                    charset(text)
                };
                (path.clone(), written)
            });
            let written = Fixture::new(files.collect());
            for (threads, block_bytes) in [(1, 1 << 20), (2, 1 << 12)] {
                let report = scan(&written, threads, block_bytes);
                assert_eq!(told(&report), told(&expected), "{case}");
                assert_eq!(report.problems, [], "{case}");
                assert_addresses(&report, &written, is_big);
            }
        }
    }
}

/// Whether each line shown stands where its address says.
fn assert_addresses(report: &Report, written: &Fixture, is_big: bool) {
    for evidence in report.findings.iter().flat_map(|finding| &finding.evidence) {
        let member = evidence.member.as_str();
        let (_, bytes) = written
            .files()
            .iter()
            .find(|(path, _)| path == member)
            .unwrap();
        let rest = &bytes[usize::try_from(evidence.byte_offset).unwrap()..];
        let is_big = is_big && !bytes.starts_with(b"\xff\xfe");
        let unit = |pair: &[u8; 2]| match is_big {
            true => u16::from_be_bytes(*pair),
            false => u16::from_le_bytes(*pair),
        };
        let (pairs, _) = rest.as_chunks();
        let units: Vec<u16> = pairs.iter().map(unit).collect();
        let there = String::from_utf16_lossy(&units);
        assert!(
            evidence.truncated || there.starts_with(&evidence.text),
            "{member}:{} at {}: {:?} instead of {:?}",
            evidence.line,
            evidence.byte_offset,
            there.lines().next(),
            evidence.text
        );
    }
}

#[test]
fn addresses_count_what_stands_before_in_any_script() {
    let noise = "Mar 10 10:17:40 n1 agentd[7]: 磁盘 😀 é fine\n".repeat(3_000);
    let proof = "Mar 10 10:17:41 n1 kernel: [12345.678901] neighbour: arp_cache: neighbor table overflow!\n";
    let later = proof
        .replace("10:17:41", "11:44:02")
        .replace("12345", "17526");
    let pod = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: 配置😀\n---\n".repeat(40);
    let files = |charset: Charset| {
        Fixture::new(vec![
            (
                "var/log/messages".into(),
                charset(&[noise.as_str(), proof, &noise].concat()),
            ),
            (
                "kubectl/all.yaml".into(),
                charset(&[pod.as_str(), &later].concat()),
            ),
        ])
    };
    let charsets: [(Charset, bool); 2] = [(utf16_le_with_mark, false), (utf16_be, true)];
    for (charset, is_big) in charsets {
        for (threads, block_bytes) in [(1, 1 << 20), (2, 1 << 12)] {
            let written = files(charset);
            let report = scan(&written, threads, block_bytes);
            let finding = report.finding("arp-table-overflow").unwrap();
            let offsets = finding.evidence.iter().map(|line| line.byte_offset);
            assert!(offsets.max().unwrap() > 100_000);
            assert_addresses(&report, &written, is_big);
        }
    }
}

#[test]
fn coverage_counts_the_bytes_of_the_member() {
    let text = "Mar 10 10:17:41 n1 agentd[7]: 磁盘 😀 fine\n".repeat(100);
    let written = utf16_le_with_mark(&text);
    let size = written.len() as u64;
    let pods = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n".to_owned();
    let pods = utf16_le_with_mark(&pods);
    let of_pods = pods.len() as u64;
    let fixture = Fixture::new(vec![
        ("var/log/messages".into(), written),
        ("kubectl/pods.yaml".into(), pods),
    ]);
    let report = scan(&fixture, 2, 1 << 10);
    let members = report.coverage.members.iter();
    let sizes: Vec<(u64, u64)> = members.map(|member| (member.bytes, member.lines)).collect();
    assert_eq!(sizes, [(of_pods, 4), (size, 100)]);
}

fn gb18030(text: &str) -> Vec<u8> {
    GB18030.encode(text).0.into_owned()
}

#[test]
fn chinese_in_gb18030_is_read_like_utf8() {
    let noise = "Mar 10 10:17:40 n1 agentd[7]: 磁盘空间充足 😀 é fine\n".repeat(3_000);
    let proof = "Mar 10 10:17:41 n1 kernel: [12345.678901] neighbour: arp_cache: neighbor table overflow!\n";
    let refused = "创建节点失败：弹性公网IP不足\n";
    let pods = include_str!("../corpus/probe-failing/bundle/describe/pods/billing.txt");
    let files = |charset: Charset| {
        let log = [&noise, proof, &noise].concat();
        Fixture::new(vec![
            ("var/log/messages".into(), charset(&log)),
            ("cce-operation-records.txt".into(), charset(refused)),
            (
                "describe/pods/billing.txt".into(),
                charset(&[pods, "# 说明\n"].concat()),
            ),
        ])
    };
    let expected = scan(&files(|text| text.into()), 1, 1 << 20);
    for id in ["arp-table-overflow", "cce-eip-insufficient"] {
        assert!(expected.finding(id).is_some(), "{id}");
    }
    for (threads, block_bytes) in [(1, 1 << 20), (2, 1 << 12)] {
        let written = files(gb18030);
        let report = scan(&written, threads, block_bytes);
        assert_eq!(told(&report), told(&expected));
        assert_eq!(report.problems, []);
        for evidence in report.findings.iter().flat_map(|finding| &finding.evidence) {
            let mut files = written.files().iter();
            let (_, bytes) = files
                .find(|(path, _)| path == evidence.member.as_str())
                .unwrap();
            let there = &bytes[usize::try_from(evidence.byte_offset).unwrap()..];
            assert!(
                there.starts_with(&gb18030(&evidence.text)),
                "{}",
                evidence.text
            );
        }
    }
}

#[test]
fn a_line_without_end_counts_the_bytes_of_the_member_however_it_is_cut() {
    // Bytes that are no text, among characters, so that pieces of the line may end in either.
    let line = [&gb18030(&"磁盘空间充足，é".repeat(7)), &b"\xff\xff"[..]].concat();
    let written = line.repeat(70_000);
    let size = written.len() as u64;
    for (threads, block_bytes) in [(1, 1 << 20), (2, 1 << 12), (1, 4 << 20)] {
        let fixture = Fixture::new(vec![("var/log/messages".into(), written.clone())]);
        let report = scan(&fixture, threads, block_bytes);
        assert_eq!(report.coverage.members[0].bytes, size);
    }
}

#[test]
fn a_mark_before_utf8_is_no_part_of_the_first_line() {
    let proof = "Mar 10 10:17:41 n1 kernel: [12345.678901] neighbour: arp_cache: neighbor table overflow!\n";
    let marked = ["\u{feff}", proof].concat().into_bytes();
    let fixture = Fixture::new(vec![("var/log/messages".into(), marked)]);
    let report = scan(&fixture, 1, 1 << 20);
    let evidence = &report.findings[0].evidence[0];
    assert_eq!((evidence.line, evidence.byte_offset), (1, 3));
    assert_eq!(evidence.text, proof.trim_end());
    assert!(evidence.time.is_some());
}

#[test]
fn a_regex_steps_over_what_is_no_text() {
    let text = "id: stray\ntitle: {en: t, zh: t}\nseverity: error\nconfidence: high\ncategory: node\n\
                match: {any: [{line: {literal: giving up after reading, regex: 'giving up after reading .+ of (?<disk>\\w+)'}}]}\nentities: {disk: disk}\n\
                cause: {en: c, zh: c}\nimpact: {en: i, zh: i}\nremedy: [{en: r, zh: r, risk: read-only}]\n\
                samples: {positive: [{member: m, text: giving up after reading it of sda}], negative: [{member: m, text: giving up}]}\n";
    let file = SourceFile {
        name: "stray.yaml".into(),
        text: text.into(),
    };
    let set = SignatureSet::empty().with_files(vec![file]).unwrap();
    let scanner = Scanner::builder().threads(1).build(set);
    for stray in [&b"\xb4\xc5\xc5\xcc"[..], b"caf\xe9", b"\xff\xfe\0"] {
        let line = [b"agentd: giving up after reading ", stray, b" of sda\n"].concat();
        // What is Chinese in one line is none in the whole.
        let log = [&line[..], b"\xff\xfe\xfd\n"].concat();
        let report = scanner.scan_reader("agentd.log", Cursor::new(log)).unwrap();
        let finding = report.finding("stray").unwrap();
        assert_eq!(
            finding.entities[0].values,
            [("sda".to_owned(), 1)],
            "{stray:?}"
        );
    }
}

#[test]
fn gbk_is_shown_as_it_was_meant() {
    let chinese = b"\xb4\xc5\xc5\xcc\xbf\xd5\xbc\xe4\xb2\xbb\xd7\xe3";
    let line = [
        &b"Mar 10 10:17:41 n1 kernel: EXT4-fs error (device sda1): ext4_find_entry:1455: inode #2: comm "[..],
        chinese,
        b": reading directory lblock 0\n",
    ];
    let fixture = Fixture::new(vec![("var/log/messages".into(), line.concat())]);
    let report = scan(&fixture, 1, 1 << 20);
    let evidence = &report.findings[0].evidence[0];
    assert!(
        evidence.text.contains("comm 磁盘空间不足: reading"),
        "{}",
        evidence.text
    );
}
