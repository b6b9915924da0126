//! The `bundle-scan` command: parses arguments, shows progress, prints, and exits. Everything else is the library's.

mod args;
mod commands;
mod exit;
mod interrupt;
mod limits;
mod progress;

use std::env;
use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

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
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; a closed pipe here harms nobody.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage.into()
            } else {
                Exit::Clean.into()
            };
        }
    };
    if let Some(command) = misplaced(&cli) {
        let hint = format!(
            "options come behind the command: bundle-scan {command} ... (to scan a file of that name: ./{command})"
        );
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
        Some(Command::Man) => commands::man(),
    };
    let exit = result.unwrap_or_else(|error| exit::report(&error));
    match interrupt::happened() {
        true => Exit::Interrupted.into(),
        false => exit.into(),
    }
}

/// The name of a command that options came before: it was then taken for the path of a bundle.
fn misplaced(cli: &Cli) -> Option<String> {
    let path = cli.scan.paths.first().filter(|_| cli.command.is_none())?;
    let name = path.to_str().filter(|_| !path.is_file())?;
    let is_command = Cli::command().find_subcommand(name).is_some();
    let is_alone = cli.scan.paths.len() == 1 && path.exists();
    (is_command && !is_alone).then(|| name.to_owned())
}
