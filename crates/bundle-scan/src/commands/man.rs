//! `bundle-scan man`: manual pages, in roff.

use std::fs;
use std::io::{Write, stdout};

use anyhow::Context;
use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::args::{Cli, ManArgs, UsageError};
use crate::exit::Exit;

pub(crate) fn run(args: &ManArgs) -> anyhow::Result<Exit> {
    let mut all = without_help(Cli::command());
    all.build();
    if let Some(folder) = &args.output {
        let cannot = || format!("cannot write manual pages to {}", folder.display());
        fs::create_dir_all(folder).with_context(cannot)?;
        clap_mangen::generate_to(all, folder).with_context(cannot)?;
        return Ok(Exit::Clean);
    }
    let mut page = Vec::new();
    Man::new(named(&all, &args.command)?.clone()).render(&mut page)?;
    stdout().write_all(&page)?;
    Ok(Exit::Clean)
}

/// Each page is help: there is none for asking for it.
fn without_help(command: Command) -> Command {
    let command = command.disable_help_subcommand(true);
    command.mut_subcommands(without_help)
}

/// The command below another that is called so.
fn named<'c>(above: &'c Command, names: &[String]) -> Result<&'c Command, UsageError> {
    let Some((name, rest)) = names.split_first() else {
        return Ok(above);
    };
    let found = above.find_subcommand(name).ok_or_else(|| {
        let known: Vec<&str> = above.get_subcommands().map(Command::get_name).collect();
        let known = match known.as_slice() {
            [] => "it has none".to_owned(),
            known => format!("there are {}", known.join(", ")),
        };
        UsageError(format!(
            "{} has no command {name:?}; {known}",
            above.get_name()
        ))
    });
    named(found?, rest)
}
