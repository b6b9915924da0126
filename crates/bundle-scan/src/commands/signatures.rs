//! `bundle-scan signatures ...`: the knowledge, listed, shown and checked.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use bundle_scan_core::scan::check_files;
use bundle_scan_core::signature::{Complaint, Signature, SignatureError, load};
use bundle_scan_core::{Error, Lang, SignatureSet};
use serde_json::json;

use crate::args::{LangArg, ListFormat, SignaturesArgs, SignaturesCommand, UsageError};
use crate::exit::Exit;

pub(crate) fn run(args: &SignaturesArgs) -> anyhow::Result<Exit> {
    match &args.command {
        SignaturesCommand::List {
            format,
            lang,
            knowledge,
        } => list(&super::load(knowledge)?, *format, LangArg::resolve(*lang)),
        SignaturesCommand::Show { id, knowledge } => show(&super::load(knowledge)?, id),
        SignaturesCommand::Check { path, no_builtin } => {
            check_signatures(path.as_deref(), *no_builtin)
        }
        SignaturesCommand::Schema => {
            writeln!(
                std::io::stdout(),
                "{:#}",
                bundle_scan_core::signature::schema::json_schema()
            )?;
            Ok(Exit::Clean)
        }
    }
}

fn list(set: &SignatureSet, format: ListFormat, lang: Lang) -> anyhow::Result<Exit> {
    let mut out = std::io::stdout().lock();
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
    let signature = set.find(id).ok_or_else(|| {
        let near: Vec<&str> = set
            .iter()
            .map(|s| s.id.as_str())
            .filter(|other| other.contains(id))
            .take(5)
            .collect();
        let hint = if near.is_empty() {
            "see bundle-scan signatures list".into()
        } else {
            format!("did you mean {}", near.join(", "))
        };
        UsageError(format!("there is no signature {id:?}: {hint}"))
    })?;
    write!(std::io::stdout(), "{}", signature.yaml)?;
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
    let complaints = check_files(&base, files);
    verdict(complaints, count)
}

fn verdict(complaints: Vec<Complaint>, count: usize) -> anyhow::Result<Exit> {
    if complaints.is_empty() {
        writeln!(
            std::io::stdout(),
            "{count} signatures checked, no complaint"
        )?;
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
        std::io::stdout(),
        "{invalid}\n\n{number} complaints in {files} of {count} signature files"
    )?;
    Ok(Exit::Usage)
}
