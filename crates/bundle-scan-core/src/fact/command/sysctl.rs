//! Reads kernel settings: `sysctl -a`, `sysctl KEY ...`, and the files below `/proc/sys`.
//!
//! ```text
//! net.ipv4.ip_forward = 1
//! sysctl: permission denied on key 'net.ipv4.tcp_fastopen_key'
//! net.netfilter.nf_conntrack_max = 262144
//! ```
//!
//! Of a value of several lines, which repeat the key, the first that is not empty counts. Does not read what is only
//! configured: members named `sysctl.conf` or below `sysctl.d`. Source: procps `sysctl.c`.

use super::pairs::{ending, first_word, last_line};
use crate::fact::kind::SYSCTL;
use crate::fact::reader::ASSIGNMENT;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};
use crate::fact::value;

/// Messages about keys that cannot be read begin so.
const MESSAGE: &str = "sysctl: ";

/// Reads `sysctl -a`. Its lines have no first word in common: the second one is `=`.
#[derive(Debug)]
pub(super) struct SysctlList;

impl FactParser for SysctlList {
    fn id(&self) -> &'static str {
        "sysctl"
    }

    fn openers(&self) -> &'static [&'static str] {
        &[ASSIGNMENT]
    }

    fn opens(&self, line: &str) -> bool {
        setting(line).is_some_and(|(_, value)| !value.is_empty())
    }

    fn goes_on(&self, line: &str) -> bool {
        line.starts_with(MESSAGE) || setting(line).is_some()
    }

    fn paths(&self) -> &'static [&'static str] {
        &["*sysctl*-a*", "sysctl", "sysctl.txt", "sysctl.log"]
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        if is_configuration(section.path.innermost()) {
            return Ending::Whole;
        }
        let mut last_key = "";
        for (key, value) in section.text.lines().filter_map(setting) {
            if value.is_empty() || key == last_key {
                continue;
            }
            last_key = key;
            let mut fact = Fact::new(&SYSCTL, section.at(key));
            fact.text("key", key, section.at(key));
            set_value(&mut fact, value, section.at(value));
            facts.push(fact);
        }
        let last = last_line(section);
        ending(
            section,
            last.is_empty() || last.starts_with(MESSAGE) || setting(last).is_some(),
        )
    }
}

/// The key and the value of `net.ipv4.ip_forward = 1`.
fn setting(line: &str) -> Option<(&str, &str)> {
    let key = first_word(line);
    let value = line.strip_prefix(key)?.strip_prefix(" =")?;
    let separated = value.is_empty() || value.starts_with([' ', '\t']);
    let legal = |c: char| c.is_ascii_alphanumeric() || "._-/:@".contains(c);
    let is_key = key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.contains('.')
        && key.chars().all(legal);
    (is_key && separated).then(|| (key, value.trim()))
}

fn is_configuration(path: &str) -> bool {
    path.ends_with("sysctl.conf") || path.contains("sysctl.d/")
}

fn set_value<'a>(fact: &mut Fact<'a>, text: &'a str, at: usize) {
    fact.text("value", text, at);
    if let Some(number) = value::number(text) {
        fact.number("number", number, at);
    }
}

/// Reads one file below `/proc/sys`, whose path is the key.
#[derive(Debug)]
pub(super) struct ProcSys;

impl FactParser for ProcSys {
    fn id(&self) -> &'static str {
        "proc-sys"
    }

    fn openers(&self) -> &'static [&'static str] {
        &[]
    }

    fn opens(&self, _line: &str) -> bool {
        false
    }

    fn goes_on(&self, _line: &str) -> bool {
        true
    }

    fn paths(&self) -> &'static [&'static str] {
        &[
            "proc/sys/*/*",
            "proc/sys/*/*/*",
            "proc/sys/*/*/*/*",
            "proc/sys/*/*/*/*/*",
            "proc/sys/*/*/*/*/*/*",
        ]
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let value = section
            .text
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty());
        let Some((value, key)) = value.zip(key_of(section.path.innermost())) else {
            return Ending::Whole;
        };
        let mut fact = Fact::new(&SYSCTL, section.at(value));
        fact.text("key", key, section.at(value));
        set_value(&mut fact, value, section.at(value));
        facts.push(fact);
        Ending::Whole
    }
}

/// `net.ipv4.conf.eth0/100.rp_filter` for `proc/sys/net/ipv4/conf/eth0.100/rp_filter`, as sysctl writes it.
fn key_of(path: &str) -> Option<String> {
    let (_, names) = path.rsplit_once("proc/sys/")?;
    let swapped = names.chars().map(|c| match c {
        '/' => '.',
        '.' => '/',
        other => other,
    });
    Some(swapped.collect())
}

#[cfg(test)]
mod tests {
    use super::super::shown::{check, shown_at, survives};
    use super::*;

    const PLAIN: &str = "\
$ sysctl -a
abi.vsyscall32 = 1
dev.cdrom.info =\u{20}
dev.cdrom.info = CD-ROM information
dev.cdrom.info = drive name:\tsr0
sysctl: permission denied on key 'net.ipv4.tcp_fastopen_key'
net.ipv4.tcp_rmem = 4096\t87380\t6291456
kernel.core_pattern = |/usr/bin/core %P = x
sysctl: cannot stat /proc/sys/net/ipv4/vs/a: No such file or directory
net.ipv4.conf.eth0/100.rp_filter = -1
end of list
";

    #[test]
    fn settings_have_a_text_and_maybe_a_number() {
        check(
            &SysctlList,
            &[
                (
                    PLAIN,
                    "\
sysctl@2 key=abi.vsyscall32 value=1 number=1
sysctl@4 key=dev.cdrom.info value='CD-ROM information'
sysctl@7 key=net.ipv4.tcp_rmem value=4096\t87380\t6291456
sysctl@8 key=kernel.core_pattern value='|/usr/bin/core %P = x'
sysctl@10 key=net.ipv4.conf.eth0/100.rp_filter value=-1 number=-1",
                ),
                (
                    "vm.swappiness = 60\r\nvm.max_ma",
                    "sysctl@1 key=vm.swappiness value=60 number=60",
                ),
                ("a = 1\nX.y = 1\na.b=1\nfoo.bar == 2\nsee a.b = 2\n", ""),
            ],
        );
    }

    #[test]
    fn a_cut_line_is_told_and_a_configuration_is_not_read() {
        let path = "sos_commands/kernel/sysctl_-a";
        assert_eq!(
            shown_at(
                &SysctlList,
                path,
                "sysctl: reading key \"a.b\"\nfs.file-max = 9"
            ),
            "sysctl@2 key=fs.file-max value=9 number=9"
        );
        assert_eq!(shown_at(&SysctlList, path, "fs.file-m"), "cut");
        assert_eq!(
            shown_at(&SysctlList, "etc/sysctl.d/9-a.conf", "vm.swappiness = 60\n"),
            ""
        );
    }

    #[test]
    fn the_path_of_a_file_is_its_key() {
        assert_eq!(
            shown_at(
                &ProcSys,
                "n1/proc/sys/net/ipv4/conf/eth0.100/rp_filter",
                "2\n"
            ),
            "sysctl@1 key=net.ipv4.conf.eth0/100.rp_filter value=2 number=2"
        );
        assert_eq!(shown_at(&ProcSys, "proc/sys/kernel/a", "\n"), "");
    }

    #[test]
    fn damage_is_survived() {
        survives(&SysctlList, &[PLAIN]);
        survives(&ProcSys, &["4 4 1 7\n"]);
    }
}
