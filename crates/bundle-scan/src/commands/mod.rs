//! One file for each subcommand that is more than a print.

pub(crate) mod inventory;
pub(crate) mod scan;
pub(crate) mod signatures;

use std::io::Write;

use bundle_scan_core::{Error, SignatureSet};
use clap::CommandFactory;

use crate::args::{Cli, KnowledgeArgs};
use crate::exit::Exit;

/// The signatures that the arguments ask for.
fn load(knowledge: &KnowledgeArgs) -> Result<SignatureSet, Error> {
    let base = match knowledge.no_builtin {
        true => SignatureSet::empty(),
        false => SignatureSet::builtin()?,
    };
    Ok(knowledge
        .signatures
        .iter()
        .try_fold(base, |set, folder| set.with_dir(folder))?)
}

/// Prints a completion script.
pub(crate) fn completions(shell: clap_complete::Shell) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "bundle-scan", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(Exit::Clean)
}

/// Prints the manual page.
pub(crate) fn man() -> anyhow::Result<Exit> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    std::io::stdout().write_all(&page)?;
    Ok(Exit::Clean)
}
