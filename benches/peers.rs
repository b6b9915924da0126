//! One bundle in every packing, read by the scanner and by the tools that only decode it or only search it.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bundle_scan_core::SignatureSet;

use super::{BINARY, Bench, Row, is_installed, rounds};
use crate::generate;

/// Members of the bundle, each the log of a node.
const MEMBERS: u64 = 8;
/// Texts that the peers search for.
const TEXTS: usize = 400;

/// Ratios of medians, and what they are to stay below.
const TARGETS: [(&str, &str, f64); 8] = [
    ("scan tgz", "igzip -dc", 1.25),
    ("scan tgz", "igzip -dc | rg -F -f", 0.4),
    ("scan tgz, one core", "igzip -dc, one core", 1.7),
    ("scan folder", "rg -F -f folder", 0.25),
    ("scan zip", "igzip -dc", 1.0),
    ("scan tar.xz", "xz -dc", 1.1),
    ("scan tar.zst", "zstd -dc", 1.3),
    ("scan tgz", "gzip -dc", 1.0),
];

/// The bundle and its packings.
struct Packed {
    folder: PathBuf,
    tar: PathBuf,
    zip: PathBuf,
    texts: PathBuf,
}

impl Packed {
    fn make(bench: &Bench) -> Self {
        let folder = bench.at("bundle");
        let planted = generate::planted(&bench.set);
        for member in 0..MEMBERS {
            let logs = folder.join(format!("node-{member}/var/log"));
            fs::create_dir_all(&logs).unwrap();
            let mut out = BufWriter::new(File::create(logs.join("messages")).unwrap());
            let bytes = (bench.megabytes << 20) / MEMBERS;
            generate::messages(&mut out, bytes, &planted, member + 1).unwrap();
            out.flush().unwrap();
        }
        let tar = bench.at("bundle.tar");
        let mut archive = tar::Builder::new(BufWriter::new(File::create(&tar).unwrap()));
        archive.append_dir_all("bundle", &folder).unwrap();
        archive.into_inner().unwrap().flush().unwrap();
        let zip = bench.at("bundle.zip");
        pack_zip(&zip, &folder);
        let texts = bench.at("texts");
        fs::write(&texts, some_anchors(&bench.set)).unwrap();
        Packed {
            folder,
            tar,
            zip,
            texts,
        }
    }

    /// The tar as `program` packs it; `None` if it is not installed.
    fn packed(&self, program: &str, level: &str, suffix: &str) -> Option<PathBuf> {
        is_installed(program).then(|| {
            let path = self.tar.with_extension(suffix);
            let done = Command::new(program)
                .args([level, "-c"])
                .stdin(File::open(&self.tar).unwrap())
                .stdout(File::create(&path).unwrap())
                .status();
            assert!(done.unwrap().success());
            path
        })
    }
}

fn pack_zip(path: &Path, folder: &Path) {
    let mut zip = zip::ZipWriter::new(BufWriter::new(File::create(path).unwrap()));
    let options = zip::write::SimpleFileOptions::default().compression_level(Some(6));
    for member in 0..MEMBERS {
        let name = format!("node-{member}/var/log/messages");
        zip.start_file(name.as_str(), options).unwrap();
        std::io::copy(&mut File::open(folder.join(&name)).unwrap(), &mut zip).unwrap();
    }
    zip.finish().unwrap().flush().unwrap();
}

/// Anchors of the signatures, spread evenly over the alphabet, one a line.
fn some_anchors(set: &SignatureSet) -> String {
    let leaves = set.iter().flat_map(|signature| signature.line_leaves());
    let anchors = leaves.flat_map(|leaf| leaf.anchors());
    let all: Vec<String> = anchors
        .map(|anchor| format!("{}\n", String::from_utf8_lossy(anchor)))
        .collect();
    let count = TEXTS.min(all.len());
    (0..count)
        .map(|number| all[number * all.len() / count].as_str())
        .collect()
}

/// A command of the shell, its paths quoted.
fn shell(line: String) -> impl Fn() {
    move || {
        // Searches that find nothing, or stop at a closed pipe, fail by design.
        Command::new("sh")
            .args(["-c", &format!("{line} > /dev/null 2>&1")])
            .stdin(Stdio::null())
            .status()
            .unwrap();
    }
}

pub(super) fn table(bench: &Bench) {
    let packed = Packed::make(bench);
    let quoted = |path: &Path| format!("'{}'", path.display());
    let scan = |path: &Path| format!("'{BINARY}' -q -f json {}", quoted(path));
    let one_core = |line: &str| format!("taskset -c 0 {line}");
    let (folder, texts) = (quoted(&packed.folder), quoted(&packed.texts));
    let [igzip, gzip, rg, taskset] = ["igzip", "gzip", "rg", "taskset"].map(is_installed);
    let search = format!("rg -uu -a -c -F -f {texts}");
    let mut rows = Vec::new();
    let mut row = |is_wanted: bool, name: &'static str, line: String| {
        if is_wanted {
            rows.push(Row::new(name, shell(line)));
        }
    };
    if let Some(tgz) = packed.packed("gzip", "-6", "tar.gz") {
        let decode = format!("igzip -dc {}", quoted(&tgz));
        row(true, "scan tgz", scan(&tgz));
        row(igzip, "igzip -dc", decode.clone());
        row(gzip, "gzip -dc", format!("gzip -dc {}", quoted(&tgz)));
        row(
            igzip && rg,
            "igzip -dc | rg -F -f",
            format!("{decode} | {search} -"),
        );
        row(taskset, "scan tgz, one core", one_core(&scan(&tgz)));
        row(igzip && taskset, "igzip -dc, one core", one_core(&decode));
    }
    row(true, "scan folder", scan(&packed.folder));
    row(rg, "rg -F -f folder", format!("{search} {folder}"));
    row(true, "scan zip", scan(&packed.zip));
    if let Some(xz) = packed.packed("xz", "-2", "tar.xz") {
        row(true, "scan tar.xz", scan(&xz));
        row(true, "xz -dc", format!("xz -dc {}", quoted(&xz)));
    }
    if let Some(zst) = packed.packed("zstd", "-3", "tar.zst") {
        row(true, "scan tar.zst", scan(&zst));
        row(true, "zstd -dc", format!("zstd -dc {}", quoted(&zst)));
    }
    rounds(&mut rows, bench.rounds);
    let bytes = fs::metadata(&packed.tar).unwrap().len();
    super::print("one bundle in every packing", bytes, &rows);
    println!("\n{:48} {:>9} {:>9}", "ratio of medians", "is", "target");
    let median = |name: &str| rows.iter().find(|row| row.name == name).map(Row::median);
    for (ours, theirs, target) in TARGETS {
        if let Some((ours_s, theirs_s)) = median(ours).zip(median(theirs)) {
            let ratio = ours_s / theirs_s;
            println!(
                "{:48} {ratio:9.2} {target:9.2}",
                format!("{ours} / {theirs}")
            );
        }
    }
}
