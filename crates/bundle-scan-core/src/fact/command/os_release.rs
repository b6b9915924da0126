//! Reads the distribution: `/etc/os-release`, `/etc/redhat-release` and its like, `lsb_release -a`, `hostnamectl`.
//!
//! ```text
//! ID="centos"
//! VERSION_ID="7"
//! PRETTY_NAME="CentOS Linux 7 (Core)"
//! ```
//! ```text
//! CentOS Linux release 7.6.1810 (Core)
//! ```
//!
//! Where only a name is printed, the id is that of `os-release` of the distribution with this name, and the version is
//! the first number in it. `hostnamectl` tells the kernel as well. Does not read `/etc/issue`.
//! Source: os-release(5); lsb_release(1); `print_status_info` in systemd `src/hostname/hostnamectl.c`.

use std::borrow::Cow;

use super::pairs::{ending, key_and_value, set_printed};
use crate::fact::kind::{KERNEL_VERSION, OS_RELEASE};
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};

/// Beginnings of names, and the ids of `os-release`; longer beginnings first.
const DISTRIBUTIONS: [(&str, &str); 22] = [
    ("CentOS", "centos"),
    ("Red Hat Enterprise Linux", "rhel"),
    ("RedHatEnterprise", "rhel"),
    ("EulerOS", "euleros"),
    ("Huawei Cloud EulerOS", "hce"),
    ("openEuler", "openEuler"),
    ("Rocky Linux", "rocky"),
    ("AlmaLinux", "almalinux"),
    ("Oracle Linux", "ol"),
    ("Fedora", "fedora"),
    ("Amazon", "amzn"),
    ("Kylin Linux Advanced Server", "kylin"),
    ("Anolis OS", "anolis"),
    ("Alibaba Cloud Linux", "alinux"),
    ("Alibaba Group Enterprise Linux", "alios"),
    ("TencentOS Server", "tencentos"),
    ("UnionTech OS", "uos"),
    ("SUSE Linux Enterprise", "sles"),
    ("Debian", "debian"),
    ("Ubuntu", "ubuntu"),
    ("BaiduLinux", "baidulinux"),
    ("Scientific Linux", "scientific"),
];

/// What keys of `os-release` and `lsb-release` fill.
const KEYS: [(&str, &str); 10] = [
    ("ID", "id"),
    ("ID_LIKE", "id_like"),
    ("VERSION_ID", "version"),
    ("PRETTY_NAME", "name"),
    ("DISTRIB_ID", "id"),
    ("DISTRIB_RELEASE", "version"),
    ("DISTRIB_DESCRIPTION", "name"),
    ("Distributor ID", "id"),
    ("Release", "version"),
    ("Description", "name"),
];

/// Reads `os-release` and `lsb_release`.
#[derive(Debug)]
pub(super) struct OsRelease;

impl FactParser for OsRelease {
    fn id(&self) -> &'static str {
        "os-release"
    }

    fn openers(&self) -> &'static [&'static str] {
        &[
            "NAME=\"CentOS",
            "NAME=\"Red",
            "NAME=\"EulerOS\"",
            "NAME=\"Huawei",
            "NAME=\"openEuler\"",
            "NAME=\"Rocky",
            "NAME=\"AlmaLinux\"",
            "NAME=\"Oracle",
            "NAME=Fedora",
            "NAME=\"Fedora",
            "NAME=\"Amazon",
            "NAME=\"Kylin",
            "NAME=\"Anolis",
            "NAME=\"Alibaba",
            "NAME=\"TencentOS",
            "NAME=\"UnionTech",
            "NAME=\"SLES\"",
            "NAME=\"SLES",
            "NAME=\"Debian",
            "NAME=\"Ubuntu\"",
            "NAME=\"Alpine",
            "NAME=\"Flatcar",
            "NAME=\"BaiduLinux\"",
            "NAME=Bottlerocket",
            "PRETTY_NAME=\"Ubuntu",
            "PRETTY_NAME=\"Debian",
            "Distributor",
            "LSB",
        ]
    }

    fn opens(&self, line: &str) -> bool {
        match assignment(line) {
            Some(("NAME" | "PRETTY_NAME", value)) => !value.is_empty(),
            _ => line.starts_with("Distributor ID:\t") || line.starts_with("LSB Version:\t"),
        }
    }

    fn goes_on(&self, line: &str) -> bool {
        line.trim().is_empty()
            || line.starts_with('#')
            || assignment(line).is_some()
            || key_and_value(line)
                .is_some_and(|(key, _)| is_key(key) || ["LSB Version", "Codename"].contains(&key))
    }

    fn paths(&self) -> &'static [&'static str] {
        &[
            "os-release",
            "lsb-release",
            "lsb_release",
            "*lsb_release*-a*",
            "*lsb_release*-d*",
        ]
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let mut fact = Fact::new(&OS_RELEASE, 0);
        let mut last = None;
        for line in section.text.lines() {
            last = assignment(line).or_else(|| key_and_value(line));
            if let Some((key, value)) = last {
                set(section, &mut fact, key, value);
            }
        }
        if !fact.fields.is_empty() {
            facts.push(fact);
        }
        ending(
            section,
            last.is_some() || section.text.trim_end().is_empty(),
        )
    }
}

fn is_key(key: &str) -> bool {
    KEYS.iter().any(|(known, _)| *known == key)
}

/// The parts of `VERSION_ID="7"`, without the quotes.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.trim_end().split_once('=')?;
    let legal = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    (!key.is_empty() && key.chars().all(legal)).then(|| (key, value.trim_matches(['"', '\''])))
}

fn set<'a>(section: &Section<'a>, fact: &mut Fact<'a>, key: &str, value: &'a str) {
    let Some((_, field)) = KEYS.iter().find(|(known, _)| *known == key) else {
        return;
    };
    let at = section.at(value);
    match (*field, key) {
        ("id_like", _) => {
            let list = value.split_whitespace().map(Cow::Borrowed).collect();
            fact.list("id_like", list, at);
        }
        // These print the name of the distribution: `CentOS`, `RedHatEnterpriseServer`.
        ("id", "DISTRIB_ID" | "Distributor ID") => match id_of(value) {
            Some(id) => {
                fact.text("id", id, at);
            }
            None => {
                fact.text("id", value.to_ascii_lowercase(), at);
            }
        },
        (field, _) => set_printed(section, fact, &[(field, value)]),
    }
}

fn id_of(name: &str) -> Option<&'static str> {
    let found = DISTRIBUTIONS
        .iter()
        .find(|(start, _)| name.starts_with(start))?;
    Some(found.1)
}

/// The fact of a name: `CentOS Linux release 7.6.1810 (Core)`, `Ubuntu 20.04.3 LTS`.
fn named<'a>(section: &Section<'a>, name: &'a str) -> Fact<'a> {
    let at = section.at(name);
    let mut fact = Fact::new(&OS_RELEASE, at);
    fact.set("name", name, at);
    if let Some(id) = id_of(name) {
        fact.text("id", id, at);
    }
    let number = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
    if let Some(version) = name.split_whitespace().find(number) {
        set_printed(section, &mut fact, &[("version", version)]);
    }
    fact
}

/// Reads the one line of `/etc/redhat-release` and its like.
#[derive(Debug)]
pub(super) struct ReleaseLine;

impl FactParser for ReleaseLine {
    fn id(&self) -> &'static str {
        "release-line"
    }

    fn openers(&self) -> &'static [&'static str] {
        &[
            "CentOS",
            "Red",
            "EulerOS",
            "Huawei",
            "openEuler",
            "Rocky",
            "AlmaLinux",
            "Oracle",
            "Fedora",
            "Amazon",
            "Kylin",
            "Anolis",
            "Alibaba",
            "TencentOS",
            "UnionTech",
            "BaiduLinux",
            "Scientific",
        ]
    }

    fn opens(&self, line: &str) -> bool {
        is_release_line(line)
    }

    fn goes_on(&self, _line: &str) -> bool {
        false
    }

    fn paths(&self) -> &'static [&'static str] {
        &[
            "etc/redhat-release",
            "etc/centos-release",
            "etc/euleros-release",
            "etc/openEuler-release",
            "etc/hce-release",
            "etc/system-release",
            "etc/rocky-release",
            "etc/almalinux-release",
            "etc/oracle-release",
            "etc/kylin-release",
            "etc/fedora-release",
            "etc/anolis-release",
            "etc/SuSE-release",
            "redhat-release",
        ]
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let line = section.text.lines().next().unwrap_or("").trim();
        if is_release_line(line) || id_of(line).is_some() {
            facts.push(named(section, line));
        }
        Ending::Whole
    }
}

/// `CentOS Linux release 7.6.1810 (Core)`: a known name, one number, and maybe a name in parentheses; no sentence.
fn is_release_line(line: &str) -> bool {
    let line = line.trim_end();
    let Some((name, behind)) = line.split_once(" release ") else {
        return false;
    };
    let (version, codename) = behind.split_once(' ').unwrap_or((behind, ""));
    let legal = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    id_of(name).is_some()
        && version.starts_with(|c: char| c.is_ascii_digit())
        && version.chars().all(legal)
        && (codename.is_empty() || (codename.contains('(') && codename.ends_with(')')))
}

/// Architectures as systemd prints them, and as kernels do.
const ALIASES: [(&str, &str); 4] = [
    ("x86-64", "x86_64"),
    ("arm64", "aarch64"),
    ("ppc64-le", "ppc64le"),
    ("x86", "i686"),
];

/// Reads `hostnamectl`: the distribution and the kernel.
#[derive(Debug)]
pub(super) struct Hostnamectl;

/// All keys that may follow the first.
const HOSTNAMECTL_KEYS: [&str; 21] = [
    "Static hostname",
    "Transient hostname",
    "Pretty hostname",
    "Icon name",
    "Chassis",
    "Chassis Asset Tag",
    "Deployment",
    "Location",
    "Machine ID",
    "Boot ID",
    "Virtualization",
    "Operating System",
    "CPE OS Name",
    "OS Support End",
    "OS Support Expired",
    "Kernel",
    "Architecture",
    "Hardware Vendor",
    "Hardware Model",
    "Firmware Version",
    "Firmware Date",
];

impl FactParser for Hostnamectl {
    fn id(&self) -> &'static str {
        "hostnamectl"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["Static"]
    }

    fn opens(&self, line: &str) -> bool {
        line.trim_start().starts_with("Static hostname: ")
    }

    fn goes_on(&self, line: &str) -> bool {
        key_and_value(line).is_some_and(|(key, _)| {
            HOSTNAMECTL_KEYS.contains(&key)
                || key.starts_with("OS Support")
                || key.starts_with("Firmware")
                || key.ends_with("ID")
        })
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let value_of = |wanted: &str| {
            let mut pairs = section.text.lines().filter_map(key_and_value);
            pairs
                .find(|(key, _)| *key == wanted)
                .map_or("", |(_, value)| value)
        };
        let (system, kernel, arch) = (
            value_of("Operating System"),
            value_of("Kernel"),
            value_of("Architecture"),
        );
        if !system.is_empty() {
            facts.push(named(section, system));
        }
        if let Some(release) = kernel.strip_prefix("Linux ") {
            let host = value_of("Static hostname");
            let mut fact = Fact::new(&KERNEL_VERSION, section.at(kernel));
            set_printed(section, &mut fact, &[("release", release), ("host", host)]);
            let alias = ALIASES.iter().find(|(printed, _)| *printed == arch);
            fact.text(
                "arch",
                alias.map_or(arch, |(_, usual)| usual),
                section.at(arch),
            );
            facts.push(fact);
        }
        ending(section, !arch.is_empty())
    }
}

#[cfg(test)]
mod tests;
