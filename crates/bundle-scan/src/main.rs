//! The `bundle-scan` command: parses arguments, shows progress, prints, and exits. Everything else is the library's.

mod args;
mod commands;
mod exit;
mod interrupt;
mod limits;
mod pager;
mod progress;
mod settings;

use std::env;
use std::io::Write;
use std::process::ExitCode;

use clap::CommandFactory;

use args::{Cli, Command};
use exit::Exit;

/// For those who type nothing but the name.
const WELCOME: &str = "\
bundle-scan names what is wrong in a Kubernetes support bundle, with proof and remedy.
  bundle-scan bundle.tgz    an archive, a folder, a single file, or - for what a pipe gives
  bundle-scan --help        formats, filters, limits, and the other commands";

fn main() -> ExitCode {
    if env::args_os().len() < 2 {
        // When stderr is closed there is nobody left to tell.
        let _ = writeln!(anstream::stderr(), "{WELCOME}");
        return Exit::Usage.into();
    }
    let cli = match settings::parse() {
        Ok(cli) => cli,
        Err(error) => return unparsed(error).into(),
    };
    if let Some(hint) = misplaced(&cli).or_else(|| misspelt(&cli)) {
        return exit::report(&args::UsageError(hint).into()).into();
    }
    let result = match &cli.command {
        None => commands::scan::run(&cli.scan),
        Some(Command::Scan(args)) => commands::scan::run(args),
        Some(Command::Inventory(args)) => commands::inventory::run(args),
        Some(Command::Timeline(args)) => commands::timeline::run(args),
        Some(Command::Trace(args)) => commands::trace::run(args),
        Some(Command::Diff(args)) => commands::diff::run(args),
        Some(Command::Explain(args)) => commands::explain::run(args),
        Some(Command::Signatures(args)) => commands::signatures::run(args),
        Some(Command::Completions { shell }) => commands::completions(*shell),
        Some(Command::Man(args)) => commands::man::run(args),
    };
    let exit = result.unwrap_or_else(|error| exit::report(&error));
    match interrupt::happened() {
        true => Exit::Interrupted.into(),
        false => exit.into(),
    }
}

/// Says what is wrong with the command line, or what help and version ask for.
fn unparsed(error: anyhow::Error) -> Exit {
    match error.downcast::<clap::Error>() {
        Err(error) => exit::report(&error),
        Ok(error) => {
            // A closed pipe here harms nobody.
            let _ = error.print();
            match error.use_stderr() {
                true => Exit::Usage,
                false => Exit::Clean,
            }
        }
    }
}

/// What to say of a command that options came before: it was then taken for the path of a bundle.
fn misplaced(cli: &Cli) -> Option<String> {
    let path = cli.scan.paths.first().filter(|_| cli.command.is_none())?;
    let name = path.to_str().filter(|_| !path.is_file())?;
    let is_command = Cli::command().find_subcommand(name).is_some();
    let is_alone = cli.scan.paths.len() == 1 && path.exists();
    let hint = format!(
        "options come behind the command: bundle-scan {name} ... (to scan a file of that name: ./{name})"
    );
    (is_command && !is_alone).then_some(hint)
}

/// What to say of a path that is not there and nearly the name of a command.
fn misspelt(cli: &Cli) -> Option<String> {
    let path = cli.scan.paths.first().filter(|_| cli.command.is_none())?;
    let name = path.to_str().filter(|_| !path.exists())?;
    let all = Cli::command();
    let meant = settings::likeliest(name, all.get_subcommands().map(clap::Command::get_name))?;
    Some(format!(
        "there is no bundle {name}; is the command {meant} meant?"
    ))
}
