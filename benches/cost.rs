//! What makes a scan dearer, and by how much: lines that match, members, signatures, and the size of the bundle.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Bench, Row, is_installed, peak_memory, peer_to_null, print, rounds, scan, scan_with};
use crate::generate::{self, Random};

/// One line in so many is one that a signature matches; one of how many different lines.
const HIT_RATES: [(&str, u64, usize); 5] = [
    ("0.1 % of the lines match", 1_000, usize::MAX),
    ("5 % of the lines match", 20, usize::MAX),
    ("25 % of the lines match", 4, usize::MAX),
    ("5 %, a dozen different lines", 20, 12),
    ("25 %, a dozen different lines", 4, 12),
];
/// Small members, and about how many bytes they have.
const MEMBERS: (usize, u64) = (15_000, 4 << 10);
/// Signatures made up.
const SIGNATURES: [(&str, usize); 2] = [("400 signatures", 400), ("4000 signatures", 4_000)];
/// Sizes of packed bundles, in MiB.
const SIZES: [u64; 2] = [128, 4_096];

pub(super) fn hits(bench: &Bench) {
    let planted = generate::planted(&bench.set);
    let mut bytes = 0;
    let mut rows = Vec::new();
    for (name, one_in, kinds) in HIT_RATES {
        let path = bench.at(name);
        let mut out = BufWriter::new(File::create(&path).unwrap());
        // Every so many, so that they are of all areas.
        let every = planted.len().div_ceil(kinds);
        let planted: Vec<String> = planted.iter().step_by(every).cloned().collect();
        generate::messages_with(&mut out, bench.megabytes << 20, &planted, one_in, 1).unwrap();
        out.flush().unwrap();
        bytes = fs::metadata(&path).unwrap().len();
        rows.push(Row::new(name, scan(&path, "1")));
    }
    rounds(&mut rows, bench.rounds);
    print("what lines that match cost, -j 1", bytes, &rows);
}

pub(super) fn members(bench: &Bench) {
    let (count, size) = MEMBERS;
    let mut log = Vec::new();
    generate::messages(&mut log, count as u64 * size, &[], 1).unwrap();
    let pieces = log.chunks(size as usize).take(count);
    let packed = bench.at("members.tgz");
    let out = GzEncoder::new(File::create(&packed).unwrap(), Compression::new(6));
    let mut archive = tar::Builder::new(out);
    for (number, piece) in pieces.enumerate() {
        let mut header = tar::Header::new_gnu();
        header.set_size(piece.len() as u64);
        header.set_mode(0o644);
        let path = format!("sos/sos_commands/plugin-{}/out-{number}", number % 50);
        archive.append_data(&mut header, path, piece).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap();
    let mut rows = vec![
        Row::new("one thread", scan(&packed, "1")),
        Row::new("all threads", scan(&packed, "0")),
    ];
    if is_installed("igzip") {
        rows.push(Row::new("igzip", peer_to_null("igzip", &packed)));
    }
    rounds(&mut rows, bench.rounds);
    print("a tgz of 15,000 small members", log.len() as u64, &rows);
}

/// Nodes whose archives make a bundle.
const NODES: u64 = 6;

/// Archives that can be walked by themselves: in a folder, nested in another, and the members of a zip.
pub(super) fn parts(bench: &Bench) {
    let folder = bench.at("nodes");
    fs::create_dir(&folder).unwrap();
    let (nested, zip) = (bench.at("nested.tgz"), bench.at("nodes.zip"));
    let out = GzEncoder::new(File::create(&nested).unwrap(), Compression::fast());
    let mut outer = tar::Builder::new(out);
    let mut zipped = zip::ZipWriter::new(File::create(&zip).unwrap());
    let mut bytes = 0;
    for node in 0..NODES {
        let mut log = Vec::new();
        generate::messages(&mut log, (bench.megabytes << 20) / NODES, &[], node).unwrap();
        bytes += log.len() as u64;
        let name = format!("node-{node}");
        let packed = folder.join(format!("{name}.tgz"));
        let out = GzEncoder::new(File::create(&packed).unwrap(), Compression::new(6));
        let mut inner = tar::Builder::new(out);
        let mut header = tar::Header::new_gnu();
        header.set_size(log.len() as u64);
        header.set_mode(0o644);
        inner
            .append_data(&mut header, "var/log/messages", log.as_slice())
            .unwrap();
        inner.into_inner().unwrap().finish().unwrap();
        outer
            .append_path_with_name(&packed, format!("{name}.tgz"))
            .unwrap();
        let options = zip::write::SimpleFileOptions::default();
        zipped
            .start_file(format!("{name}/messages"), options)
            .unwrap();
        zipped.write_all(&log).unwrap();
    }
    outer.into_inner().unwrap().finish().unwrap();
    zipped.finish().unwrap();
    let mut rows = vec![
        Row::new("a folder of tgz, one thread", scan(&folder, "1")),
        Row::new("a folder of tgz, two", scan(&folder, "2")),
        Row::new("a tgz of tgz, one thread", scan(&nested, "1")),
        Row::new("a tgz of tgz, two", scan(&nested, "2")),
        Row::new("a zip, one thread", scan(&zip, "1")),
        Row::new("a zip, two", scan(&zip, "2")),
    ];
    rounds(&mut rows, bench.rounds);
    print("healthy logs of six nodes", bytes, &rows);
}

/// What it costs to read plain files, which may change meanwhile, rather than to map them.
pub(super) fn mapping(bench: &Bench) {
    let (log, bytes) = bench.log("messages", bench.megabytes, false);
    let mapped = || vec!["--mmap".to_owned()];
    let mut rows = vec![
        Row::new("read, one thread", scan(&log, "1")),
        Row::new("mapped, one thread", scan_with(&log, "1", mapped())),
        Row::new("read, two", scan(&log, "2")),
        Row::new("mapped, two", scan_with(&log, "2", mapped())),
    ];
    rounds(&mut rows, bench.rounds);
    print("a plain log, read or mapped", bytes, &rows);
}

pub(super) fn signatures(bench: &Bench) {
    let (log, bytes) = bench.log("messages", bench.megabytes, false);
    let mut rows = Vec::new();
    for (name, count) in SIGNATURES {
        let folder = bench.at(name);
        made_up(&folder, count);
        let folder = folder.to_str().unwrap().to_owned();
        let more = vec!["--no-builtin".into(), "--signatures".into(), folder];
        rows.push(Row::new(name, scan_with(&log, "1", more)));
    }
    rounds(&mut rows, bench.rounds);
    print("what made-up signatures cost, -j 1", bytes, &rows);
}

/// Writes signatures that look for messages of words that logs are full of, in orders that they never have.
fn made_up(folder: &Path, count: usize) {
    const WORDS: [&str; 24] = [
        "failed",
        "container",
        "volume",
        "node",
        "timeout",
        "error",
        "pod",
        "sandbox",
        "image",
        "network",
        "device",
        "sync",
        "request",
        "refused",
        "mount",
        "expired",
        "kernel",
        "quota",
        "lease",
        "webhook",
        "probe",
        "config",
        "stale",
        "backend",
    ];
    fs::create_dir_all(folder).unwrap();
    let mut random = Random::new(count as u64);
    for number in 0..count {
        let mut literal = String::new();
        for _ in 0..4 {
            let word = WORDS[random.below(WORDS.len() as u64) as usize];
            write!(literal, "{word} ").unwrap();
        }
        write!(literal, "c{:03x}", random.below(4_096)).unwrap();
        let text = format!(
            r#"id: made-up-{number}
title: {{en: "made up", zh: "虚构"}}
severity: warning
confidence: low
category: node
match:
  any:
    - line: {{literal: "{literal}", regex: '{literal}: (?<thing>\S+)'}}
entities: {{thing: object}}
cause: {{en: "Nothing.", zh: "无。"}}
impact: {{en: "None.", zh: "无。"}}
remedy: [{{en: "None.", zh: "无。", risk: read-only}}]
samples:
  positive: [{{member: var/log/messages, text: "Mar 10 10:17:41 n1 app[7]: {literal}: x"}}]
  negative: [{{member: var/log/messages, text: "Mar 10 10:17:41 n1 app[7]: {literal}"}}]
"#
        );
        fs::write(folder.join(format!("made-up-{number}.yaml")), text).unwrap();
    }
}

pub(super) fn memory(bench: &Bench) {
    println!("\nmemory of packed bundles");
    let (log, bytes) = bench.log("messages", SIZES[0].min(bench.megabytes), false);
    for size in SIZES {
        let packed: PathBuf = bench.at("memory.tgz");
        let copies = (size << 20).div_ceil(bytes);
        pack_one_node(&packed, &log, copies);
        println!("{size} MiB of one node:");
        peak_memory(&packed);
        super::pack(&packed, &log, copies);
        println!("{size} MiB of {copies} nodes:");
        peak_memory(&packed);
    }
}

/// Packs a log so often as if it were one.
fn pack_one_node(path: &Path, log: &Path, copies: u64) {
    let text = fs::read(log).unwrap();
    let out = GzEncoder::new(File::create(path).unwrap(), Compression::new(1));
    let mut archive = tar::Builder::new(out);
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64 * copies);
    header.set_mode(0o644);
    let mut content: Box<dyn Read> = Box::new(io::empty());
    for _ in 0..copies {
        content = Box::new(content.chain(text.as_slice()));
    }
    archive
        .append_data(&mut header, "node/var/log/messages", content)
        .unwrap();
    archive.into_inner().unwrap().finish().unwrap();
}
