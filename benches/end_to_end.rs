//! Whole runs of the built binary against its peers, interleaved: each round runs every row once, medians are printed.
//! `cargo bench -p bundle-scan --bench end_to_end [-- MEGABYTES [ROUNDS] [TABLE ...]]`; the tables are `plain`, `regex-set`, `more`,
//! `start`, `packed`, `peers`, `pods`, `diagnosis`, `hits`, `signatures` and `memory`: all of them, if none is named.
//!
//! Peers that are not installed (`rg`, `gzip`, `igzip`, `xz`, `zstd`, `taskset`, GNU `time`) are skipped by name.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

#[path = "cost.rs"]
mod cost;
#[path = "generate.rs"]
mod generate;
#[path = "peers.rs"]
mod peers;
#[path = "pods.rs"]
mod pods;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bundle_scan_core::SignatureSet;
use bundle_scan_core::signature::schema::Node;
use regex::bytes::RegexSetBuilder;

const BINARY: &str = env!("CARGO_BIN_EXE_bundle-scan");

/// One thing that is timed.
struct Row {
    name: &'static str,
    run: Box<dyn Fn()>,
    times: Vec<Duration>,
}

impl Row {
    fn new(name: &'static str, run: impl Fn() + 'static) -> Self {
        Row {
            name,
            run: Box::new(run),
            times: Vec::new(),
        }
    }

    fn median(&self) -> f64 {
        let mut times = self.times.clone();
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    }
}

fn command(program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn is_installed(program: &str) -> bool {
    let found = command(program, &["--version"]).status().is_ok();
    if !found {
        println!("skipped: {program} is not installed");
    }
    found
}

fn scan(path: &Path, jobs: &'static str) -> impl Fn() + use<> {
    scan_with(path, jobs, Vec::new())
}

fn scan_with(path: &Path, jobs: &'static str, more: Vec<String>) -> impl Fn() + use<> {
    let path = path.to_str().unwrap().to_owned();
    move || {
        let done = command(BINARY, &["-f", "json", "-q", "-j", jobs, &path])
            .args(&more)
            .status()
            .unwrap();
        assert!(done.success());
    }
}

/// So many signatures, spread evenly over the alphabet.
fn only(set: &SignatureSet, count: usize) -> Vec<String> {
    let ids: Vec<&str> = set.iter().map(|signature| signature.id.as_str()).collect();
    let chosen = (0..count).map(|number| ids[number * ids.len() / count]);
    vec!["--only".to_owned(), chosen.collect::<Vec<_>>().join(",")]
}

/// A peer whose output goes through a pipe, because some of them stop early when it is `/dev/null`.
fn peer(program: &'static str, args: Vec<String>) -> impl Fn() {
    move || {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let output = command(program, &args)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
            .wait_with_output()
            .unwrap();
        assert!(output.status.code().is_some());
    }
}

/// The same signatures as one regex set, asked for every line.
fn regex_set(set: &SignatureSet, log: &Path) -> impl Fn() + use<> {
    let lines = set
        .iter()
        .flat_map(|signature| signature.spec().rule.any.clone())
        .filter_map(|node| match node {
            Node::Line(line) => Some(line),
            _ => None,
        });
    let patterns: Vec<String> = lines
        .map(|line| {
            line.regex.unwrap_or_else(|| {
                line.literal
                    .iter()
                    .map(|l| regex::escape(l))
                    .collect::<Vec<_>>()
                    .join("|")
            })
        })
        .collect();
    let set = RegexSetBuilder::new(patterns)
        .unicode(false)
        .size_limit(256 << 20)
        .dfa_size_limit(256 << 20)
        .build()
        .unwrap();
    let log = log.to_owned();
    move || {
        let bytes = fs::read(&log).unwrap();
        let matched = bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| set.matches(line).matched_any())
            .count();
        assert!(matched > 0);
    }
}

fn rounds(rows: &mut [Row], count: usize) {
    for round in 0..=count {
        for row in rows.iter_mut() {
            let started = Instant::now();
            (row.run)();
            // The first round warms the page cache.
            if round > 0 {
                row.times.push(started.elapsed());
            }
        }
    }
}

fn print(title: &str, bytes: u64, rows: &[Row]) {
    println!(
        "\n{title}\n{:48} {:>9} {:>9} {:>8}",
        "", "median s", "MB/s", "ratio"
    );
    let first = rows[0].median();
    for row in rows {
        let median = row.median();
        println!(
            "{:48} {median:9.3} {:9.0} {:8.2}",
            row.name,
            bytes as f64 / 1e6 / median,
            median / first
        );
    }
}

/// Packs files as tar.gz without holding them in memory.
fn pack(path: &Path, log: &Path, copies: u64) {
    let out = BufWriter::new(File::create(path).unwrap());
    let gzip = flate2::write::GzEncoder::new(out, flate2::Compression::new(6));
    let mut archive = tar::Builder::new(gzip);
    for copy in 0..copies {
        archive
            .append_path_with_name(log, format!("node-{copy}/var/log/messages"))
            .unwrap();
    }
    archive
        .into_inner()
        .unwrap()
        .finish()
        .unwrap()
        .flush()
        .unwrap();
}

fn peak_memory(path: &Path) {
    let arguments = [
        "-f",
        "peak memory %M KiB, %e s",
        BINARY,
        "-f",
        "json",
        "-q",
        path.to_str().unwrap(),
    ];
    match Command::new("/usr/bin/time")
        .args(arguments)
        .stdout(Stdio::null())
        .output()
    {
        Ok(output) => println!("{}", String::from_utf8_lossy(&output.stderr).trim()),
        Err(_) => println!("skipped: GNU time is not installed"),
    }
}

fn main() {
    let (numbers, tables): (Vec<String>, Vec<String>) = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .partition(|arg| arg.parse::<u64>().is_ok());
    let number = |place: usize| numbers.get(place).and_then(|number| number.parse().ok());
    let bench = Bench {
        set: SignatureSet::builtin().unwrap(),
        folder: tempfile::tempdir().unwrap(),
        megabytes: number(0).unwrap_or(256),
        rounds: number(1).unwrap_or(5) as usize,
    };
    println!("{} signatures, {} rounds", bench.set.len(), bench.rounds);
    let known: [Table; 14] = [
        ("plain", Bench::plain),
        ("regex-set", Bench::regex_set),
        ("more", Bench::more_signatures),
        ("start", Bench::start),
        ("packed", Bench::packed),
        ("peers", peers::table),
        ("pods", Bench::pods),
        ("diagnosis", Bench::diagnosis),
        ("hits", cost::hits),
        ("members", cost::members),
        ("parts", cost::parts),
        ("mapping", cost::mapping),
        ("signatures", cost::signatures),
        ("memory", cost::memory),
    ];
    for (name, table) in known {
        if tables.is_empty() || tables.iter().any(|wanted| wanted == name) {
            table(&bench);
        }
    }
}

/// A table and its name.
type Table = (&'static str, fn(&Bench));

/// What all tables share.
struct Bench {
    set: SignatureSet,
    folder: tempfile::TempDir,
    megabytes: u64,
    rounds: usize,
}

impl Bench {
    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A log with a line of each kind of failure here and there; or a healthy one.
    fn log(&self, name: &str, megabytes: u64, is_healthy: bool) -> (PathBuf, u64) {
        let path = self.at(name);
        let planted = match is_healthy {
            true => Vec::new(),
            false => generate::planted(&self.set),
        };
        let mut out = BufWriter::new(File::create(&path).unwrap());
        generate::messages(&mut out, megabytes << 20, &planted, 1).unwrap();
        out.flush().unwrap();
        let bytes = fs::metadata(&path).unwrap().len();
        (path, bytes)
    }

    fn plain(&self) {
        let (log, bytes) = self.log("messages", self.megabytes, false);
        let texts = self
            .set
            .iter()
            .flat_map(|signature| signature.line_leaves())
            .flat_map(|leaf| leaf.anchors());
        let texts: std::collections::BTreeSet<String> = texts
            .map(|anchor| format!("{}\n", String::from_utf8_lossy(anchor)))
            .collect();
        let anchors = self.at("anchors");
        fs::write(
            &anchors,
            texts.iter().map(String::as_str).collect::<String>(),
        )
        .unwrap();
        let mut rows = vec![
            Row::new("bundle-scan -j 1", scan(&log, "1")),
            Row::new("bundle-scan -j 2", scan(&log, "2")),
        ];
        let path = log.to_str().unwrap().to_owned();
        if is_installed("rg") {
            let list = anchors.to_str().unwrap().to_owned();
            let args = ["-a", "-c", "-F", "-j", "1", "-f", &list, &path]
                .map(str::to_owned)
                .to_vec();
            rows.push(Row::new("rg -a -c -F -f anchors", peer("rg", args)));
        }
        rounds(&mut rows, self.rounds);
        print(
            &format!("one plain file, {} anchors", texts.len()),
            bytes,
            &rows,
        );
    }

    /// On a small part: with a thousand patterns it is a hundred times slower.
    fn regex_set(&self) {
        let (log, bytes) = self.log("part", self.megabytes.div_ceil(32), false);
        let mut rows = vec![
            Row::new("bundle-scan -j 1", scan(&log, "1")),
            Row::new(
                "the signatures as one regex set per line",
                regex_set(&self.set, &log),
            ),
        ];
        rounds(&mut rows, self.rounds.min(3));
        print("one plain file, a small one", bytes, &rows);
    }

    fn more_signatures(&self) {
        let (log, bytes) = self.log("healthy", self.megabytes, true);
        let some = |count| scan_with(&log, "1", only(&self.set, count));
        let mut rows = vec![
            Row::new("80 signatures, -j 1", some(80)),
            Row::new("400 signatures, -j 1", some(400)),
            Row::new("all signatures, -j 1", scan(&log, "1")),
        ];
        rounds(&mut rows, self.rounds);
        print("what more signatures cost, on a healthy log", bytes, &rows);
    }

    fn start(&self) {
        let tiny = self.at("tiny");
        fs::write(&tiny, "nothing\n").unwrap();
        let mut rows = vec![Row::new(
            "bundle-scan, start to end, nothing to scan",
            scan(&tiny, "1"),
        )];
        rounds(&mut rows, 20);
        print("start-up", 0, &rows);
    }

    fn packed(&self) {
        let (log, bytes) = self.log("messages", self.megabytes, false);
        let packed = self.at("bundle.tgz");
        let copies = (1 << 30) / bytes + 1;
        pack(&packed, &log, copies);
        let mut rows = vec![Row::new("bundle-scan", scan(&packed, "2"))];
        for program in ["igzip", "gzip"] {
            if is_installed(program) {
                rows.push(Row::new(program, peer_to_null(program, &packed)));
            }
        }
        rounds(&mut rows, self.rounds.min(3));
        print("a tgz of about 1 GB", bytes * copies, &rows);
        peak_memory(&packed);
    }

    /// What is done besides matching: errors without a signature are mined while members are read, the rest comes at the end.
    fn diagnosis(&self) {
        let (log, bytes) = self.log("messages", self.megabytes, false);
        let packed = self.at("diagnosis.tgz");
        pack(&packed, &log, 1);
        for (title, path) in [("a plain file", &log), ("a tgz", &packed)] {
            let name = path.to_str().unwrap().to_owned();
            let timeline = move || {
                let args = ["timeline", "-f", "json", "-q", "-j", "2", &name];
                assert!(command(BINARY, &args).status().unwrap().success());
            };
            let mut rows = vec![
                Row::new("timeline: errors are not mined", timeline),
                Row::new("scan", scan(path, "2")),
            ];
            rounds(&mut rows, self.rounds);
            print(&format!("mining of errors, {title}"), bytes, &rows);
            let mut ends: Vec<_> = (0..self.rounds.max(1))
                .map(|_| diagnosis_ms(path))
                .collect();
            ends.sort_unstable();
            let (diagnosis, total) = ends[ends.len() / 2];
            println!("after the last member: {diagnosis} ms of {total}");
        }
    }

    fn pods(&self) {
        let (list, list_packed) = (self.at("pods.json"), self.at("pods.json.gz"));
        let mut out = BufWriter::new(File::create(&list).unwrap());
        let pods = pods::list(&mut out, 100 << 20).unwrap();
        out.flush().unwrap();
        let bytes = fs::metadata(&list).unwrap().len();
        let mut gzip = flate2::write::GzEncoder::new(
            File::create(&list_packed).unwrap(),
            flate2::Compression::new(6),
        );
        std::io::copy(&mut File::open(&list).unwrap(), &mut gzip).unwrap();
        gzip.finish().unwrap();
        let mut rows = vec![
            Row::new("bundle-scan -j 1", scan(&list, "1")),
            Row::new("bundle-scan -j 1, packed", scan(&list_packed, "1")),
            Row::new("bundle-scan -j 2, packed", scan(&list_packed, "2")),
        ];
        rounds(&mut rows, self.rounds);
        print(&format!("get pods -o json, {pods} pods"), bytes, &rows);
        peak_memory(&list);
        peak_memory(&list_packed);
    }
}

/// What comes after the last member of a bundle was read, in milliseconds: the time for it, and for all.
fn diagnosis_ms(path: &Path) -> (u64, u64) {
    let output = Command::new(BINARY)
        .args(["-f", "json", "-q"])
        .arg(path)
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let milliseconds = |name: &str| report["timings"][name].as_u64().unwrap();
    (milliseconds("diagnosis_ms"), milliseconds("total_ms"))
}

fn peer_to_null(program: &'static str, packed: &Path) -> impl Fn() + use<> {
    let packed = packed.to_str().unwrap().to_owned();
    move || {
        let status = command(program, &["-dc", &packed]).status().unwrap();
        assert!(status.success());
    }
}
