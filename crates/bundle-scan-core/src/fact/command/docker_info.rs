//! Reads `docker info`: the flat layout up to 18.06 and the one with `Client:` and `Server:` since.
//!
//! ```text
//! Containers: 12
//!  Running: 8
//! Storage Driver: devicemapper
//!  Pool Name: vgpaas-thinpool
//!  Base Device Size: 10.74GB
//!  Data Space Used: 87.2GB
//!  Data Space Total: 96.64GB
//! WARNING: bridge-nf-call-iptables is disabled
//! ```
//!
//! Keys count wherever they stand. What the daemon answers instead of anything (`Cannot connect to the Docker daemon`)
//! is a fact with an error. Does not read `docker version`, which has other keys. Source: `prettyPrintInfo` in
//! docker/cli `cli/command/system/info.go`; the pool's keys in moby `daemon/graphdriver/devmapper/driver.go`.

use std::borrow::Cow;

use super::pairs::{Keys, ending, is_digits, key_and_value, set_pair};
use crate::fact::kind::DOCKER_INFO;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};

const KEYS: &Keys = &[
    ("Server Version", "server_version"),
    ("Storage Driver", "storage_driver"),
    ("Backing Filesystem", "backing_filesystem"),
    ("Docker Root Dir", "root_dir"),
    ("Cgroup Driver", "cgroup_driver"),
    ("Cgroup Version", "cgroup_version"),
    ("Logging Driver", "logging_driver"),
    ("Kernel Version", "kernel"),
    ("Operating System", "os"),
    ("Architecture", "arch"),
    ("CPUs", "cpus"),
    ("Total Memory", "memory"),
    ("Name", "name"),
    ("Containers", "containers"),
    ("Running", "running"),
    ("Paused", "paused"),
    ("Stopped", "stopped"),
    ("Images", "images"),
    ("Pool Name", "pool_name"),
    ("Data Space Used", "data_space_used"),
    ("Data Space Total", "data_space_total"),
    ("Data Space Available", "data_space_available"),
    ("Metadata Space Used", "metadata_space_used"),
    ("Metadata Space Total", "metadata_space_total"),
    ("Metadata Space Available", "metadata_space_available"),
    ("Thin Pool Minimum Free Space", "thin_pool_minimum_free"),
    ("Base Device Size", "base_device_size"),
    ("Default Runtime", "default_runtime"),
    ("Live Restore Enabled", "live_restore"),
];

/// Percentages: what is used, of what, and what they fill.
const SHARES: [(&str, &str, &str); 2] = [
    ("data_space_used", "data_space_total", "data_used_percent"),
    (
        "metadata_space_used",
        "metadata_space_total",
        "metadata_used_percent",
    ),
];

/// What is printed when the daemon does not answer.
const ERRORS: [&str; 4] = [
    "Cannot connect to the Docker daemon",
    "error during connect: ",
    "Got permission denied while trying to connect to the Docker daemon",
    "permission denied while trying to connect to the Docker",
];
const ERROR: &str = "ERROR: ";
const WARNING: &str = "WARNING: ";
/// Beginnings of notes, and of the lines that continue a note.
const NOTES: [&str; 5] = [
    WARNING,
    ERROR,
    "[DEPRECATION NOTICE]",
    "errors pretty printing info",
    "         ",
];

/// Reads `docker info`.
#[derive(Debug)]
pub(super) struct DockerInfo;

impl FactParser for DockerInfo {
    fn id(&self) -> &'static str {
        "docker-info"
    }

    fn openers(&self) -> &'static [&'static str] {
        &[
            "Containers:",
            "Client:",
            "Server:",
            "Cannot",
            "ERROR:",
            "Got",
            "permission",
            "error",
        ]
    }

    fn opens(&self, line: &str) -> bool {
        let line = line.trim_end();
        match key_and_value(line) {
            Some(("Containers", count)) => line.starts_with('C') && is_digits(count),
            Some(("Client", platform)) => {
                line.starts_with('C') && (platform.is_empty() || platform.contains("Docker"))
            }
            Some(("Server", "")) => line.starts_with('S'),
            _ => error_of(line).is_some(),
        }
    }

    fn goes_on(&self, line: &str) -> bool {
        let trimmed = line.trim();
        trimmed.is_empty()
            || NOTES.iter().any(|start| line.starts_with(start))
            || error_of(line).is_some()
            || match line.starts_with([' ', '\t']) {
                true => key_and_value(line).is_some() || !trimmed.contains(' '),
                false => is_key_line(line),
            }
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let mut info = Info::begin(section, 0);
        for line in section.text.lines() {
            if info.is_another(line) {
                facts.extend(info.finish());
                info = Info::begin(section, section.at(line));
            }
            info.line(line);
        }
        let info = info.finish();
        // The directory is in every version, and behind everything that counts.
        let complete = info
            .as_ref()
            .is_none_or(|info| info.get("root_dir").is_some() || info.get("error").is_some());
        facts.extend(info);
        ending(section, complete)
    }
}

/// The message of a daemon that does not answer.
fn error_of(line: &str) -> Option<&str> {
    let line = line.trim_end();
    let message = line.strip_prefix(ERROR).unwrap_or(line);
    ERRORS
        .iter()
        .any(|start| message.starts_with(start))
        .then_some(message)
}

/// `Storage Driver: overlay2`, `Plugins:`, with one blank behind the colon; not a line of a log or of a describe text.
fn is_key_line(line: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || " ()-_".contains(c);
    let Some((key, value)) = line.split_once(':') else {
        return false;
    };
    let one_blank = value
        .strip_prefix(' ')
        .is_none_or(|value| !value.starts_with(' '));
    let separated = value.is_empty() || value.starts_with(' ');
    key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(legal)
        && separated
        && one_blank
}

/// One output while it is read.
struct Info<'r, 'a> {
    section: &'r Section<'a>,
    fact: Fact<'a>,
    warnings: List<'a>,
    mirrors: List<'a>,
    in_mirrors: bool,
}

/// Texts, and where the first one stands.
#[derive(Default)]
struct List<'a>(Vec<Cow<'a, str>>, usize);

impl<'a> List<'a> {
    fn add(&mut self, section: &Section<'a>, text: &'a str) {
        if self.0.is_empty() {
            self.1 = section.at(text);
        }
        self.0.push(Cow::Borrowed(text));
    }
}

impl<'r, 'a> Info<'r, 'a> {
    fn begin(section: &'r Section<'a>, at: usize) -> Self {
        Info {
            section,
            fact: Fact::new(&DOCKER_INFO, at),
            warnings: List::default(),
            mirrors: List::default(),
            in_mirrors: false,
        }
    }

    /// Whether the line begins the next output.
    fn is_another(&self, line: &str) -> bool {
        let key = key_and_value(line).map(|(key, _)| key);
        let begun = !self.fact.fields.is_empty();
        match key {
            Some("Client") => begun && line.starts_with('C'),
            Some("Containers") => self.fact.get("containers").is_some(),
            _ => false,
        }
    }

    fn line(&mut self, line: &'a str) {
        let trimmed = line.trim();
        if let Some(warning) = trimmed.strip_prefix(WARNING) {
            self.warnings.add(self.section, warning);
        } else if let Some(error) = error_of(line).or_else(|| line.trim_end().strip_prefix(ERROR)) {
            self.fact.text("error", error, self.section.at(error));
        } else if self.in_mirrors && !trimmed.contains(' ') && !trimmed.is_empty() {
            self.mirrors.add(self.section, trimmed);
        } else {
            self.key_line(line);
        }
    }

    fn key_line(&mut self, line: &'a str) {
        self.in_mirrors = false;
        match key_and_value(line) {
            Some(("Registry Mirrors", _)) => self.in_mirrors = true,
            Some(("Runtimes", names)) => {
                let list = names.split_whitespace().map(Cow::Borrowed).collect();
                self.fact.list("runtimes", list, self.section.at(names));
            }
            Some(pair) => set_pair(self.section, &mut self.fact, KEYS, pair),
            None => {}
        }
    }

    /// Adds what follows from other fields. Nothing if no key was known.
    fn finish(mut self) -> Option<Fact<'a>> {
        for (used, total, share) in SHARES {
            let fact = &self.fact;
            if let (Some(used), Some(total)) = (fact.get(used), fact.number_of(total))
                && let (Some(number), true) = (fact.number_of(used.name), total > 0.0)
            {
                let at = used.at;
                self.fact.number(share, 100.0 * number / total, at);
            }
        }
        if let (Some(running), Some(size)) = (
            self.fact.number_of("running"),
            self.fact.get("base_device_size"),
        ) && let Some(base) = self.fact.number_of("base_device_size")
        {
            let at = size.at;
            self.fact.number("base_size_of_running", running * base, at);
        }
        self.fact
            .list("registry_mirrors", self.mirrors.0, self.mirrors.1);
        if !self.fact.fields.is_empty() {
            self.fact.list("warnings", self.warnings.0, self.warnings.1);
        }
        (!self.fact.fields.is_empty()).then_some(self.fact)
    }
}

#[cfg(test)]
mod tests;
