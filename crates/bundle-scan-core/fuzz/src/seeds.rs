//! What fuzzing starts from: the samples of the built-in signatures and the bundles of the corpus, in the form that each target reads.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use bundle_scan_core::SignatureSet;
use bundle_scan_core::base::member_path::MemberPath;
use bundle_scan_core::fact::reader::{Form, Piece, Reader};
use bundle_scan_core::render::{JSON, RenderOptions};
use bundle_scan_core::{Render, Scanner};
use bundle_scan_testkit::Fixture;

use crate::fact::{PARSERS, REPORT, YAML};

/// The folder to write to. Without it nothing is written.
const FOLDER: &str = "FUZZ_SEEDS";
/// Bytes of a member of the corpus that are taken: small inputs are mutated best.
const HEAD_BYTES: usize = 3 << 10;
/// Seeds of one target: all are run before the first mutation is.
const SEEDS: usize = 1_500;
/// Of those that take long.
const SLOW_SEEDS: usize = 150;

/// Files with their paths.
type Files = Vec<(String, Vec<u8>)>;

/// Writes the seeds of a target, if asked to.
pub fn plant(target: &str) {
    let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    fs::create_dir_all(&folder).expect("the folder of the seeds can be made");
    let (seeds, most) = match target {
        "bundle" => (bundles(), SLOW_SEEDS),
        "documents" => (documents(), SEEDS),
        "envelopes" => (envelopes(), SEEDS),
        "grammars" => (grammars(), SEEDS),
        "reader" => (members(), SEEDS),
        "signatures" => (signatures(), SLOW_SEEDS),
        "walk" => (packed(), SLOW_SEEDS),
        _ => return,
    };
    // Evenly chosen: neighbours are alike.
    let step = seeds.len().div_ceil(most).max(1);
    for (number, seed) in seeds.into_iter().enumerate().step_by(step) {
        let path = folder.join(format!("{number:05}"));
        fs::write(path, seed).expect("a seed can be written");
    }
}

/// The samples of the signatures, each as the files of one bundle.
fn samples() -> Vec<Files> {
    let set = SignatureSet::builtin().expect("what is embedded is in order");
    let samples = set.iter().flat_map(|signature| {
        let samples = &signature.spec().samples;
        samples.positive.iter().chain(&samples.negative)
    });
    let files = samples.map(|sample| match sample.text.starts_with("//- ") {
        true => Fixture::parse(&sample.text).files().to_vec(),
        false => vec![(sample.member.clone(), sample.text.clone().into_bytes())],
    });
    files.collect()
}

/// The bundles of the corpus, of each member the head.
fn corpus() -> Vec<Files> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../corpus");
    let entries = fs::read_dir(folder).expect("the corpus can be listed");
    let mut bundles: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the corpus can be listed").path())
        .map(|path| path.join("bundle"))
        .filter(|path| path.is_dir())
        .collect();
    bundles.sort();
    let files = bundles.iter().map(|path| {
        let mut files = Fixture::from_dir(path).files().to_vec();
        files
            .iter_mut()
            .for_each(|(_, content)| content.truncate(HEAD_BYTES));
        files
    });
    files.collect()
}

fn all() -> impl Iterator<Item = Files> {
    corpus().into_iter().chain(samples())
}

/// A path and what stands there.
fn members() -> BTreeSet<Vec<u8>> {
    let members = all().flatten();
    members
        .map(|(path, content)| [path.as_bytes(), b"\n", &content].concat())
        .collect()
}

/// A path and one line of what stands there, or two.
fn envelopes() -> BTreeSet<Vec<u8>> {
    let members = all().flatten();
    members
        .filter_map(|(path, content)| {
            let mut lines = content.split_inclusive(|byte| *byte == b'\n');
            let text = [lines.next()?, lines.next().unwrap_or_default()].concat();
            Some([path.as_bytes(), b"\n", &text].concat())
        })
        .collect()
}

/// Sections by what reads them.
fn sections(seed: impl Fn(Form<'_>, &[u8]) -> Option<Vec<u8>>) -> BTreeSet<Vec<u8>> {
    let mut seeds = BTreeSet::new();
    for (path, content) in all().flatten() {
        let mut reader = Reader::new(&MemberPath::new(&path));
        let mut take = |piece: Piece<'_>| {
            if let Piece::Section { form, bytes, .. } = piece {
                seeds.extend(seed(form, bytes));
            }
        };
        reader.feed(&content, &mut take);
        reader.finish(&mut take);
    }
    seeds
}

fn grammars() -> BTreeSet<Vec<u8>> {
    sections(|form, bytes| {
        let Form::Text { parser, .. } = form else {
            return None;
        };
        let number = PARSERS.iter().position(|it| it.id() == parser.id())?;
        Some([&[u8::try_from(number).ok()?], bytes].concat())
    })
}

fn documents() -> BTreeSet<Vec<u8>> {
    let mut seeds = sections(|form, bytes| {
        let as_what = match form {
            Form::Yaml => YAML,
            Form::Json { list_kind } => list_kind.unwrap_or_default().as_bytes(),
            Form::Plain | Form::Text { .. } => return None,
        };
        Some([as_what, b"\n", bytes].concat())
    });
    let set = SignatureSet::builtin().expect("what is embedded is in order");
    let scanner = Scanner::builder().threads(1).evidence(1).build(set);
    for files in corpus().into_iter().take(5) {
        let upload = std::io::Cursor::new(Fixture::new(files).tar());
        let report = scanner.scan_reader("upload", upload);
        let mut seed = [REPORT, b"\n"].concat();
        JSON.write_with(
            &report.expect("the corpus can be scanned"),
            &RenderOptions::default(),
            &mut seed,
        )
        .expect("memory takes all");
        seeds.insert(seed);
    }
    seeds
}

fn signatures() -> BTreeSet<Vec<u8>> {
    let set = SignatureSet::builtin().expect("what is embedded is in order");
    let texts = set.iter().map(|signature| signature.yaml.as_bytes().into());
    texts.collect()
}

/// Whole bundles: small ones in each packing in turn, and those of the corpus.
fn bundles() -> BTreeSet<Vec<u8>> {
    let turns = Fixture::PACKINGS.iter().cycle();
    let fixtures = all().map(Fixture::new);
    fixtures
        .zip(turns)
        .map(|(fixture, (_, pack))| pack(&fixture))
        .collect()
}

/// Small bundles in each packing and one in another, read in pieces of any size.
fn packed() -> BTreeSet<Vec<u8>> {
    let mut seeds = BTreeSet::new();
    for (files, number) in samples().into_iter().zip(0_u8..=250) {
        let fixture = Fixture::new(files);
        let (_, pack) = Fixture::PACKINGS[usize::from(number) % Fixture::PACKINGS.len()];
        let bytes = match number % 8 {
            0 => fixture.nested(),
            1 => fixture.gz_each().zip(),
            _ => pack(&fixture),
        };
        // One in four is packed once more.
        let packing = match number % 4 {
            0 => number / 4 % 7,
            _ => 0,
        };
        seeds.insert([&[packing, number], &bytes[..]].concat());
    }
    seeds
}
