//! One file for each subcommand that is more than a print.

pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod inventory;
mod known;
pub(crate) mod man;
mod output;
mod reading;
pub(crate) mod scan;
pub(crate) mod signatures;
pub(crate) mod timeline;
pub(crate) mod trace;

use std::io::{IsTerminal, Write, stdout};

use bundle_scan_core::render::RenderOptions;
use bundle_scan_core::signature::Signature;
use bundle_scan_core::signature::load::read_folder;
use bundle_scan_core::{Error, Render, Report, Severity, SignatureSet};
use clap::CommandFactory;

use crate::args::{
    ChoiceArgs, Cli, ColorArg, DocumentArgs, KnowledgeArgs, LangArg, ListFormat, PageArgs,
    UsageError,
};
use crate::exit::Exit;
use crate::pager::Screen;

/// Columns of a text that goes to no terminal.
pub(crate) const PLAIN_WIDTH: usize = 120;

/// How a text is set: language, colour and width.
fn page(args: &PageArgs, to_terminal: bool) -> RenderOptions {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    RenderOptions {
        lang: LangArg::resolve(args.lang),
        color: match args.color {
            ColorArg::Always => true,
            ColorArg::Never => false,
            ColorArg::Auto => to_terminal && !no_color,
        },
        width: match terminal_size::terminal_size() {
            Some((width, _)) if to_terminal => usize::from(width.0),
            _ => PLAIN_WIDTH,
        },
        ..RenderOptions::default()
    }
}

/// Writes a document to standard output.
fn print(
    args: &PageArgs,
    write: impl FnOnce(&RenderOptions, &mut dyn Write) -> Result<(), Error>,
) -> anyhow::Result<()> {
    let options = page(args, stdout().is_terminal());
    let mut out = Screen::new(&args.pager);
    write(&options, &mut out)?;
    Ok(out.finish()?)
}

/// Writes a report as one of two documents to standard output.
fn print_report(
    args: &DocumentArgs,
    report: &Report,
    min_severity: Severity,
    [text, json]: [&dyn Render; 2],
) -> anyhow::Result<()> {
    let render = match args.format {
        ListFormat::Text => text,
        ListFormat::Json => json,
    };
    print(&args.page, |options, out| {
        let options = RenderOptions {
            min_severity,
            ..options.clone()
        };
        render.write_with(report, &options, out)
    })
}

/// The signatures that the arguments ask for.
fn load(knowledge: &KnowledgeArgs) -> anyhow::Result<SignatureSet> {
    let base = match knowledge.no_builtin {
        true => SignatureSet::empty(),
        false => SignatureSet::builtin()?,
    };
    knowledge.signatures.iter().try_fold(base, |set, folder| {
        let files = read_folder(folder).map_err(Error::from)?;
        if files.is_empty() {
            let folder = folder.display();
            let text =
                format!("there is no signature in {folder}: a signature is a file NAME.yaml");
            return Err(UsageError(text).into());
        }
        Ok(set.with_files(files).map_err(Error::from)?)
    })
}

/// The signature with this id or alias.
fn named<'s>(set: &'s SignatureSet, id: &str) -> Result<&'s Signature, UsageError> {
    let unknown = || {
        let hint = similar(set, id);
        UsageError(format!("there is no signature {id:?}: {hint}"))
    };
    set.find(id).map(|found| &**found).ok_or_else(unknown)
}

/// What whoever wrote a name that there is not may have meant.
fn similar(set: &SignatureSet, name: &str) -> String {
    match set.similar(name).as_slice() {
        [] => "see bundle-scan signatures list".to_owned(),
        similar => format!("similar are {}", similar.join(", ")),
    }
}

/// The signatures of a set that `--only` and `--ignore` leave.
fn chosen(args: &ChoiceArgs, set: SignatureSet) -> Result<SignatureSet, UsageError> {
    for name in args.only.iter().chain(&args.ignore) {
        if !set.iter().any(|signature| signature.is_named(name)) {
            let hint = similar(&set, name);
            return Err(UsageError(format!(
                "no signature and no category is named {name:?}: {hint}"
            )));
        }
    }
    Ok(set.filtered(|signature| {
        let named_by = |names: &[String]| names.iter().any(|name| signature.is_named(name));
        (args.only.is_empty() || named_by(&args.only)) && !named_by(&args.ignore)
    }))
}

/// Prints a completion script.
pub(crate) fn completions(shell: clap_complete::Shell) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "bundle-scan", &mut script);
    stdout().write_all(&script)?;
    Ok(Exit::Clean)
}
