//! Defaults of one's own: those of a file, and those of `BUNDLE_SCAN_*` variables over them. The command line goes over both.
//!
//! A setting is a long option of a scan, and holds for each command that has it.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use bundle_scan_core::signature::load::read_file;
use clap::{Arg, ArgAction, Command, CommandFactory, FromArgMatches, ValueHint};
use etcetera::BaseStrategy;
use toml::de::{DeTable, DeValue};

use crate::args::{Cli, ConfigArgs, UsageError};

/// What the name of a variable begins with: `BUNDLE_SCAN_FAIL_ON` is `--fail-on`.
const PREFIX: &str = "BUNDLE_SCAN_";
/// The variable that names the file.
const CONFIG: &str = "BUNDLE_SCAN_CONFIG";
/// Options that mean something else to other commands than to a scan, and are set for scans alone.
const OF_SCANS: [&str; 1] = ["format"];
/// Options that cannot be set: they tell where settings are, or belong to one run.
const NOT_SET: [&str; 5] = ["help", "version", "config", "no-config", "output"];

/// Defaults, by option.
#[derive(Default)]
struct Settings(BTreeMap<String, Vec<String>>);

/// Reads the command line, with settings for what it does not say.
///
/// # Errors
/// Those of clap, and a [`UsageError`] for a setting that cannot be.
pub(crate) fn parse() -> anyhow::Result<Cli> {
    let cli = <Cli as clap::Parser>::try_parse()?;
    let scan = scan_command();
    let settings = Settings::read(&cli.config, &scan)?;
    tell_unknown_variables(&scan);
    if settings.0.is_empty() {
        return Ok(cli);
    }
    let command = settings.over(Cli::command(), true);
    Ok(Cli::from_arg_matches(&command.try_get_matches()?)?)
}

impl Settings {
    fn read(args: &ConfigArgs, scan: &Command) -> Result<Self, UsageError> {
        let mut settings = match file(args) {
            Some((path, must_be)) => Self::of_file(scan, &path, must_be)?,
            None => Settings::default(),
        };
        for option in options(scan) {
            let Some(name) = option.get_long() else {
                continue;
            };
            let variable = variable_of(name);
            let value = env::var_os(&variable);
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                let values = of_variable(option, &variable, &value)?;
                settings.insert(scan, name, values, &variable)?;
            }
        }
        Ok(settings)
    }

    fn of_file(scan: &Command, path: &Path, must_be: bool) -> Result<Self, UsageError> {
        let mut settings = Settings::default();
        let shown = path.display();
        let text = match read_file(path) {
            Ok(file) => file.text,
            Err(error) if !must_be && error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(settings);
            }
            Err(error) => {
                return Err(UsageError(format!(
                    "cannot read settings from {shown}: {error}"
                )));
            }
        };
        let line_of = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
        let table = DeTable::parse(&text).map_err(|error| {
            let line = line_of(error.span().map_or(0, |span| span.start));
            UsageError(format!("{shown}:{line}: {}", error.message()))
        })?;
        for (key, value) in table.get_ref() {
            let origin = format!("{shown}:{}", line_of(key.span().start));
            let values = of_value(value.get_ref()).ok_or_else(|| {
                UsageError(format!(
                    "{origin}: expected a text, a whole number, a date, true, false, or a list of texts"
                ))
            })?;
            settings.insert(scan, key.get_ref(), values, &origin)?;
        }
        Ok(settings)
    }

    /// Takes a setting if there is such an option, and the command line would accept it.
    fn insert(
        &mut self,
        scan: &Command,
        name: &str,
        values: Vec<String>,
        origin: &str,
    ) -> Result<(), UsageError> {
        let option = options(scan).find(|option| option.get_long() == Some(name));
        let option = option.ok_or_else(|| {
            let near = likeliest(name, options(scan).filter_map(Arg::get_long));
            let hint = near.map_or_else(
                || "settings are the long options of bundle-scan scan --help".to_owned(),
                |near| format!("a similar one is {near}"),
            );
            UsageError(format!("{origin}: there is no setting {name}; {hint}"))
        })?;
        let takes_several = matches!(option.get_action(), ArgAction::Append);
        if values.len() > 1 && !takes_several {
            return Err(UsageError(format!("{origin}: {name} takes one value")));
        }
        if values.is_empty() && takes_several {
            // Nothing said: over a file, this is how a variable takes it back.
            self.0.remove(name);
            return Ok(());
        }
        if values.is_empty() {
            return Err(UsageError(format!("{origin}: {name} takes a value")));
        }
        let is_flag = matches!(option.get_action(), ArgAction::SetTrue);
        let probes = values
            .iter()
            .filter_map(|value| match (is_flag, value.as_str()) {
                (true, "true") => Some(format!("--{name}")),
                (true, "false") => None,
                _ => Some(format!("--{name}={value}")),
            });
        let line = ["scan".to_owned()].into_iter().chain(probes);
        let line = line.chain(["-".to_owned()]).map(OsString::from);
        if let Err(error) = scan.clone().try_get_matches_from(line) {
            let text = error.to_string();
            let told = text.lines().take_while(|line| !line.is_empty());
            let told: Vec<&str> = told.map(str::trim).collect();
            let told = told.join(" ");
            let told = told.trim_start_matches("error: ");
            return Err(UsageError(format!("{origin}: {told}")));
        }
        self.0.insert(name.to_owned(), values);
        Ok(())
    }

    /// The command with these defaults, and its subcommands.
    fn over(&self, command: Command, is_scan: bool) -> Command {
        let command = command.mut_args(|arg| {
            let name = arg.get_long().unwrap_or_default();
            let setting = self.0.get(name);
            match setting.filter(|_| is_scan || !OF_SCANS.contains(&name)) {
                Some(setting) => arg.default_values(setting.clone()),
                None => arg,
            }
        });
        command.mut_subcommands(|command| {
            let is_scan = command.get_name() == "scan";
            self.over(command, is_scan)
        })
    }
}

/// What somebody may have meant who wrote `name`.
pub(crate) fn likeliest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let scored = names.map(|other| (strsim::jaro_winkler(name, other), other));
    let scored = scored.max_by(|(a, _), (b, _)| a.total_cmp(b));
    scored
        .filter(|(likeness, _)| *likeness > 0.8)
        .map(|(_, name)| name)
}

/// Says which variables set nothing: whoever mistyped one believes that it does.
fn tell_unknown_variables(scan: &Command) {
    let known: BTreeSet<String> = options(scan)
        .filter_map(Arg::get_long)
        .map(variable_of)
        .collect();
    let given = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let ours = given.filter(|name| name.starts_with(PREFIX) && name != CONFIG);
    for name in ours.filter(|name| !known.contains(name)) {
        // When stderr is closed there is nobody left to tell.
        let _ = writeln!(
            anstream::stderr(),
            "bundle-scan: the variable {name:?} sets nothing"
        );
    }
}

/// The variable that sets an option.
fn variable_of(name: &str) -> String {
    PREFIX.to_owned() + &name.to_uppercase().replace('-', "_")
}

fn scan_command() -> Command {
    let mut all = Cli::command();
    all.build();
    let scan = all.find_subcommand("scan").cloned();
    scan.unwrap_or(all)
}

/// What can be set.
fn options(scan: &Command) -> impl Iterator<Item = &Arg> {
    let is_setting = |option: &&Arg| {
        option
            .get_long()
            .is_some_and(|name| !NOT_SET.contains(&name))
    };
    scan.get_arguments().filter(is_setting)
}

/// The file of settings, and whether it has to be there.
fn file(args: &ConfigArgs) -> Option<(PathBuf, bool)> {
    if args.no_config {
        return None;
    }
    let named = args
        .config
        .clone()
        .or_else(|| env::var_os(CONFIG).map(PathBuf::from));
    match named {
        Some(none) if none.as_os_str().is_empty() => None,
        Some(path) => Some((path, true)),
        None => {
            let folders = etcetera::choose_base_strategy().ok()?;
            Some((
                folders.config_dir().join("bundle-scan").join("config.toml"),
                false,
            ))
        }
    }
}

/// The values in a variable: of an option that may be repeated, several, parted as in PATH if they are paths, else by commas.
fn of_variable(option: &Arg, variable: &str, value: &OsString) -> Result<Vec<String>, UsageError> {
    let text = value
        .to_str()
        .ok_or_else(|| UsageError(format!("{variable} is no UTF-8")))?;
    let values = match option.get_action() {
        ArgAction::SetTrue => vec![switch(variable, text)?.to_string()],
        ArgAction::Append if is_path(option) => {
            let paths = env::split_paths(text).map(|path| path.to_string_lossy().into_owned());
            paths.filter(|path| !path.is_empty()).collect()
        }
        ArgAction::Append => {
            let parts = text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect()
        }
        _ => vec![text.to_owned()],
    };
    Ok(values)
}

fn is_path(option: &Arg) -> bool {
    let hint = option.get_value_hint();
    matches!(
        hint,
        ValueHint::AnyPath | ValueHint::DirPath | ValueHint::FilePath
    )
}

fn switch(variable: &str, text: &str) -> Result<bool, UsageError> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" | "" => Ok(false),
        _ => Err(UsageError(format!(
            "{variable}: expected 1 or 0, not {text:?}"
        ))),
    }
}

/// The values of a key of the file.
fn of_value(value: &DeValue<'_>) -> Option<Vec<String>> {
    let one = |value: &DeValue<'_>| match value {
        DeValue::String(text) => Some(text.clone().into_owned()),
        DeValue::Integer(number) => {
            let digits = i64::from_str_radix(number.as_str(), number.radix()).ok()?;
            Some(digits.to_string())
        }
        DeValue::Datetime(time) => Some(time.to_string()),
        DeValue::Boolean(yes) => Some(yes.to_string()),
        _ => None,
    };
    match value {
        DeValue::Array(all) => all.iter().map(|value| one(value.get_ref())).collect(),
        value => Some(vec![one(value)?]),
    }
}
