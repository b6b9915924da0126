//! `bundle-scan signatures ...`: the knowledge, listed, shown, checked, tried, and begun.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, IsTerminal, Write, stdin, stdout};
use std::path::Path;

use anyhow::Context;
use bundle_scan_core::explain::draft::draft;
use bundle_scan_core::explain::{By, explain};
use bundle_scan_core::render::{TEXT, diff_json, inventory, json, timeline_json, trace_json};
use bundle_scan_core::report::Finding;
use bundle_scan_core::scan::{Checked, check_files};
use bundle_scan_core::signature::{Signature, SignatureError, load, schema};
use bundle_scan_core::{Error, Lang, Render, Scanner, SignatureSet};
use serde_json::json;

use crate::args::{
    LangArg, ListFormat, PageArgs, SchemaArg, SignaturesArgs, SignaturesCommand, UsageError,
};
use crate::exit::Exit;

pub(crate) fn run(args: &SignaturesArgs) -> anyhow::Result<Exit> {
    match &args.command {
        SignaturesCommand::List {
            format,
            lang,
            knowledge,
            text,
        } => {
            let set = super::load(knowledge)?;
            let set = set.filtered(|signature| speaks_of(signature, text));
            list(&set, *format, LangArg::resolve(*lang))
        }
        SignaturesCommand::Show { id, knowledge } => show(&super::load(knowledge)?, id),
        SignaturesCommand::Check { path, no_builtin } => {
            check_signatures(path.as_deref(), *no_builtin)
        }
        SignaturesCommand::Test { path, bundle, page } => test(path, bundle.as_deref(), page),
        SignaturesCommand::New { from, output } => new(from, output.as_deref()),
        SignaturesCommand::Schema { of } => {
            let schema = match of {
                SchemaArg::Signature => schema::json_schema(),
                SchemaArg::Report => json::json_schema(),
                SchemaArg::Inventory => inventory::json_schema(),
                SchemaArg::Timeline => timeline_json::json_schema(),
                SchemaArg::Trace => trace_json::json_schema(),
                SchemaArg::Diff => diff_json::json_schema(),
            };
            writeln!(stdout(), "{schema:#}")?;
            Ok(Exit::Clean)
        }
    }
}

/// Whether all of these words stand in the id, the category, a code or a title.
fn speaks_of(signature: &Signature, words: &[String]) -> bool {
    let spec = signature.spec();
    let texts = [&spec.id, &spec.title.en, &spec.title.zh].into_iter();
    let texts = texts.chain(&spec.codes).map(String::as_str);
    let all: Vec<String> = texts
        .chain([spec.category.as_str()])
        .map(str::to_lowercase)
        .collect();
    let stands = |word: &String| all.iter().any(|text| text.contains(&word.to_lowercase()));
    words.iter().all(stands)
}

fn list(set: &SignatureSet, format: ListFormat, lang: Lang) -> anyhow::Result<Exit> {
    let mut out = stdout().lock();
    match format {
        ListFormat::Json => {
            let entries: Vec<_> = set.iter().map(|signature| entry(signature)).collect();
            writeln!(out, "{:#}", serde_json::Value::from(entries))?;
        }
        ListFormat::Text => {
            let width = set
                .iter()
                .map(|signature| signature.id.len())
                .max()
                .unwrap_or(0);
            for signature in set.iter() {
                let spec = signature.spec();
                let severity = if spec.benign {
                    "benign"
                } else {
                    spec.severity.as_str()
                };
                writeln!(
                    out,
                    "{:width$}  {severity:8}  {:10}  {}",
                    spec.id,
                    spec.category.as_str(),
                    spec.title.text(lang)
                )?;
            }
        }
    }
    Ok(Exit::Clean)
}

fn entry(signature: &Signature) -> serde_json::Value {
    let spec = signature.spec();
    let mut components: Vec<&str> = signature
        .line_leaves()
        .flat_map(|leaf| leaf.scope.iter())
        .map(|component| component.as_str())
        .collect();
    components.sort_unstable();
    components.dedup();
    let facts: BTreeSet<&str> = signature.fact_leaves().map(|leaf| leaf.kind.name).collect();
    let family = Path::new(&signature.file)
        .parent()
        .and_then(Path::file_name)
        .and_then(|name| name.to_str());
    json!({
        "id": spec.id,
        "title": {"en": spec.title.en, "zh": spec.title.zh},
        "covers": spec.covers,
        "codes": spec.codes,
        "family": family,
        "category": spec.category.as_str(),
        "severity": spec.severity.as_str(),
        "confidence": spec.confidence.as_str(),
        "components": components,
        "facts": facts,
        "benign": spec.benign,
    })
}

fn show(set: &SignatureSet, id: &str) -> anyhow::Result<Exit> {
    let signature = super::named(set, id)?;
    write!(stdout(), "{}", signature.yaml)?;
    Ok(Exit::Clean)
}

fn check_signatures(path: Option<&Path>, no_builtin: bool) -> anyhow::Result<Exit> {
    let builtin = || SignatureSet::builtin().map_err(Error::from);
    let (base, files) = match path {
        // The built-in ones are held against every rule, too, from their text.
        None => (
            SignatureSet::empty(),
            builtin()?
                .iter()
                .map(|signature| signature.source())
                .collect(),
        ),
        Some(path) => {
            let base = if no_builtin {
                SignatureSet::empty()
            } else {
                builtin()?
            };
            (base, load::read_folder(path).map_err(Error::from)?)
        }
    };
    let count = files.len();
    verdict(check_files(&base, files), count)
}

/// Runs the samples of a folder, and its signatures on a bundle.
fn test(path: &Path, bundle: Option<&Path>, args: &PageArgs) -> anyhow::Result<Exit> {
    let files = load::read_folder(path).map_err(Error::from)?;
    let checked = check_files(
        &SignatureSet::builtin().map_err(Error::from)?,
        files.clone(),
    );
    if !checked.complaints.is_empty() {
        return verdict(checked, files.len());
    }
    let names: BTreeSet<String> = files.iter().map(|file| file.name.clone()).collect();
    let all = SignatureSet::builtin().and_then(|set| set.with_files(files));
    let set = all.map_err(Error::from)?;
    let set = set.filtered(|signature| names.contains(&signature.file));
    let mut out = stdout().lock();
    let width = set.iter().map(|signature| signature.id.len()).max();
    for signature in set.iter() {
        let samples = &signature.spec().samples;
        writeln!(
            out,
            "{:width$}  ok: {} positive, {} negative",
            signature.id,
            samples.positive.len(),
            samples.negative.len(),
            width = width.unwrap_or(0),
        )?;
    }
    let Some(bundle) = bundle else {
        return Ok(Exit::Clean);
    };
    // What the other signatures know is not unknown.
    let mut builder = Scanner::builder();
    let scanner = builder.unexplained(false).build(set.clone());
    let report = scanner.scan_path(bundle)?;
    writeln!(out)?;
    let options = super::page(args, stdout().is_terminal());
    TEXT.write_with(&report, &options, &mut out)?;
    let fired: BTreeSet<&str> = report
        .findings
        .iter()
        .chain(&report.benign)
        .chain(&report.lost)
        .map(Finding::id)
        .collect();
    let silent = set.iter().map(|signature| signature.id.as_str());
    let silent: Vec<&str> = silent.filter(|id| !fired.contains(id)).collect();
    if !silent.is_empty() {
        writeln!(out, "\nsilent: {}", silent.join(", "))?;
    }
    Ok(Exit::Clean)
}

/// Writes the draft of a signature.
fn new(from: &str, output: Option<&Path>) -> anyhow::Result<Exit> {
    let line = match from {
        "-" => {
            let mut line = String::new();
            stdin().lock().read_line(&mut line)?;
            line
        }
        line => line.to_owned(),
    };
    let set = SignatureSet::builtin().map_err(Error::from)?;
    let known = explain(&set, &line).found;
    if let Some(known) = known.iter().find(|found| found.by == By::Line) {
        let id = &known.signature.id;
        writeln!(anstream::stderr(), "note: {id} matches this line already")?;
    }
    let draft = draft(&set, &line).ok_or_else(|| {
        UsageError("nothing in this line stays the same for long enough to be searched for".into())
    })?;
    match output {
        None => write!(stdout(), "{}", draft.yaml)?,
        Some(folder) => {
            let path = folder.join(format!("{}.yaml", draft.id));
            let shown = path.display();
            if path.exists() {
                let text = format!("{shown} is there already: complete it, or name another folder");
                return Err(UsageError(text).into());
            }
            let mut file = fs::create_dir_all(folder)
                .and_then(|()| File::create_new(&path))
                .with_context(|| format!("cannot write {shown}"))?;
            file.write_all(draft.yaml.as_bytes())?;
            writeln!(stdout(), "{}", path.display())?;
        }
    }
    Ok(Exit::Clean)
}

fn verdict(checked: Checked, count: usize) -> anyhow::Result<Exit> {
    let Checked { complaints, advice } = checked;
    for advice in &advice {
        writeln!(stdout(), "{advice}\n")?;
    }
    if complaints.is_empty() {
        let noun = if count == 1 {
            "signature"
        } else {
            "signatures"
        };
        writeln!(stdout(), "{count} {noun} checked, no complaint")?;
        return Ok(Exit::Clean);
    }
    let number = complaints.len();
    let files = complaints
        .iter()
        .map(|complaint| complaint.file.as_str())
        .collect::<std::collections::BTreeSet<_>>()
        .len();
    let invalid = SignatureError::Invalid { complaints };
    writeln!(
        stdout(),
        "{invalid}\n\n{number} complaints in {files} of {count} signature files"
    )?;
    Ok(Exit::Usage)
}
