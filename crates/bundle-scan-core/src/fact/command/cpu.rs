//! Reads the processors of a machine from `lscpu`, `nproc` and `/proc/cpuinfo`.
//!
//! ```text
//! Architecture:          x86_64
//! CPU(s):                8
//! Socket(s):             1
//! Model name:            Intel(R) Xeon(R) Gold 6278C CPU @ 2.60GHz
//! ```
//!
//! Does not read the tables of `lscpu -e`, nor caches, NUMA nodes and flags. Source: util-linux `sys-utils/lscpu.c` and
//! `po/zh_CN.po`; kernel `arch/*/kernel/cpu/proc.c`.

use std::collections::BTreeSet;

use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};
use crate::fact::value;

use super::listing;

/// `lscpu`.
pub(super) static LSCPU: Lscpu = Lscpu;
/// `nproc`.
pub(super) static NPROC: Nproc = Nproc;
/// `/proc/cpuinfo`.
pub(super) static CPUINFO: Cpuinfo = Cpuinfo;

/// The parser of `lscpu`.
#[derive(Debug)]
pub(super) struct Lscpu;

/// The parser of `nproc`.
#[derive(Debug)]
pub(super) struct Nproc;

/// The parser of `/proc/cpuinfo`.
#[derive(Debug)]
pub(super) struct Cpuinfo;

/// So many sockets are told apart.
const MAX_SOCKETS: usize = 1024;

impl FactParser for Lscpu {
    fn id(&self) -> &'static str {
        "lscpu"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["Architecture:", "架构：", "架构:", "架構：", "架構:"]
    }

    /// Many tools print an architecture, but only this one leaves a gap for longer labels.
    fn opens(&self, line: &str) -> bool {
        let is_first = !line.starts_with([' ', '\t']);
        let gap = line.split_once([':', '：']).map_or("", |(_, gap)| gap);
        let machine = gap.trim();
        let is_machine = machine
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        is_first && gap.starts_with("   ") && !machine.is_empty() && is_machine
    }

    fn goes_on(&self, line: &str) -> bool {
        line.split_once([':', '：'])
            .is_some_and(|(label, _)| !label.trim().is_empty())
            && !listing::is_prompt(line)
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let mut fact = Fact::new(&kind::CPU, 0);
        for line in section.text.lines() {
            let Some((label, text)) = line.split_once([':', '：']) else {
                continue;
            };
            let field = match label.trim() {
                "Architecture" | "架构" | "架構" => "arch",
                "CPU(s)" | "CPU" => "cpus",
                "Socket(s)" | "座" => "sockets",
                "Model name" | "型号名称" => "model",
                _ => continue,
            };
            let text = text.trim();
            fact.set(field, text, section.at(text));
        }
        if !fact.fields.is_empty() {
            facts.push(fact);
        }
        // A label has a value, but for the headings of newer versions.
        let last = section.text.lines().last().unwrap_or("");
        let has_value = last
            .split_once([':', '：'])
            .is_some_and(|(_, text)| !text.trim().is_empty());
        listing::ending(section, has_value)
    }
}

impl FactParser for Nproc {
    fn id(&self) -> &'static str {
        "nproc"
    }

    fn openers(&self) -> &'static [&'static str] {
        &[]
    }

    fn opens(&self, _line: &str) -> bool {
        false
    }

    fn goes_on(&self, _line: &str) -> bool {
        false
    }

    fn paths(&self) -> &'static [&'static str] {
        &["nproc", "nproc.txt"]
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let text = section.text.lines().next().unwrap_or("").trim();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let at = section.at(text);
            let mut fact = Fact::new(&kind::CPU, at);
            fact.set("cpus", text, at);
            facts.push(fact);
        }
        Ending::Whole
    }
}

impl FactParser for Cpuinfo {
    fn id(&self) -> &'static str {
        "cpuinfo"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["processor"]
    }

    fn opens(&self, line: &str) -> bool {
        let (key, text) = line.split_once(':').unwrap_or(("", ""));
        key.trim() == "processor" && value::number(text).is_some()
    }

    /// A blank line ends a processor, not the list.
    fn goes_on(&self, line: &str) -> bool {
        let is_known =
            |(key, _): (&str, &str)| key.ends_with(['\t', ' ']) || key == "power management";
        line.trim().is_empty() || line.split_once(':').is_some_and(is_known)
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let mut fact = Fact::new(&kind::CPU, 0);
        let mut processors = Vec::new();
        let mut sockets = BTreeSet::new();
        for line in section.text.lines() {
            let (key, text) = line.split_once(':').unwrap_or(("", ""));
            let text = text.trim();
            match key.trim() {
                "processor" => processors.push(text),
                "physical id" if sockets.len() < MAX_SOCKETS => {
                    sockets.insert(text);
                }
                "model name" => {
                    fact.set("model", text, section.at(text));
                }
                _ => {}
            }
        }
        if let (Some(count), Some(last)) = (count_of(&processors), processors.last()) {
            fact.number("cpus", count, section.at(last));
            if let Some(first) = sockets.first() {
                fact.number("sockets", sockets.len() as f64, section.at(first));
            }
            facts.push(fact);
        }
        Ending::Whole
    }
}

/// How many processors there are, of which a section may list only the later ones: those before its first are counted
/// in.
fn count_of(numbers: &[&str]) -> Option<f64> {
    Some(value::number(numbers.first()?)? + numbers.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::command::testing;
    use proptest::prelude::*;

    const LSCPU_SAMPLE: &str = "\
Architecture:            x86_64
  CPU op-mode(s):        32-bit, 64-bit
CPU(s):                  8
  On-line CPU(s) list:   0-7
Vendor ID:               GenuineIntel
  Model name:            Fast(R) CPU @ 2.60GHz
    Socket(s):           2
NUMA node0 CPU(s):       0-7
Vulnerabilities:
  Flags:                 fpu vme
";
    const CPUINFO_SAMPLE: &str = "\
processor\t: 0
model name\t: Fast(R) CPU
physical id\t: 0
flags\t\t: fpu vme
power management:

processor\t: 1
model name\t: Fast(R) CPU
physical id\t: 1
power management:

";

    fn check(parser: &dyn FactParser, text: &str, expected: &str) {
        assert_eq!(testing::read(parser, text), expected, "{text}");
    }

    #[test]
    fn lscpu() {
        check(
            &LSCPU,
            LSCPU_SAMPLE,
            "cpu arch=x86_64 cpus=8@3 model=Fast(R) CPU @ 2.60GHz@6 sockets=2@7 @1\n",
        );
    }

    #[test]
    fn lscpu_in_chinese() {
        check(
            &LSCPU,
            "架构：                           aarch64\r\nCPU:                             4\r\n座：                             1\r\n型号名称：                       Kun-920\r\n标记：                           fp\r\n",
            "cpu arch=aarch64 cpus=4@2 sockets=1@3 model=Kun-920@4 @1\n",
        );
    }

    #[test]
    fn a_cut_list_is_told() {
        check(
            &LSCPU,
            "Architecture:          x86_64\nCPU(s):                8\nSock",
            "cpu arch=x86_64 cpus=8@2 @1\n",
        );
        check(
            &LSCPU,
            "Architecture:          x86_64\nCPU(s):      ",
            "cpu arch=x86_64 @1\nCUT\n",
        );
    }

    #[test]
    fn nproc() {
        assert_eq!(
            testing::read_member(&NPROC, "nproc", "16\n"),
            "cpu cpus=16 @1\n"
        );
        assert_eq!(
            testing::read_member(&NPROC, "nproc", "nproc: command not found\n"),
            ""
        );
    }

    #[test]
    fn processors_are_counted() {
        check(
            &CPUINFO,
            CPUINFO_SAMPLE,
            "cpu model=Fast(R) CPU@2 cpus=2@7 sockets=2@3 @1\n",
        );
        check(
            &CPUINFO,
            "processor\t: 0\nBogoMIPS\t: 200.00\nCPU part\t: 0xd01\n\nprocessor\t: 1\nBogoM",
            "cpu cpus=2@5 @1\n",
        );
    }

    #[test]
    fn other_architectures_do_not_open() {
        for line in [
            "Architecture: x86_64",
            "  Architecture:               amd64",
            " Architecture: aarch64",
            "Architecture:   (none of them)",
        ] {
            assert!(!LSCPU.opens(line), "{line}");
        }
        assert!(!CPUINFO.opens("processor failed: 3"));
    }

    proptest! {
        #[test]
        fn hostile_text_is_survived(lscpu in testing::hostile(LSCPU_SAMPLE), cpuinfo in testing::hostile(CPUINFO_SAMPLE)) {
            testing::survives(&LSCPU, LSCPU_SAMPLE, &lscpu);
            testing::survives(&CPUINFO, CPUINFO_SAMPLE, &cpuinfo);
            testing::survives(&NPROC, "8\n", &cpuinfo);
        }
    }
}
