//! Reads the table of `nvidia-smi`, and what it says instead.
//!
//! ```text
//! | NVIDIA-SMI 535.54.03              Driver Version: 535.54.03    CUDA Version: 12.2     |
//! | GPU  Name                 Persistence-M | Bus-Id        Disp.A | Volatile Uncorr. ECC |
//! |   0  Tesla T4                       On  | 00000000:00:08.0 Off |                    0 |
//! | N/A   36C    P8               9W /  70W |      0MiB / 15360MiB |      0%      Default |
//! ```
//!
//! A device takes two lines in every version; the cells are found by what they hold, since their widths change. Does
//! not read the tables of MIG devices and processes. A message instead of the table is a fact with an error. Source:
//! outputs of drivers 331 to 610, which are not open.

mod query;

pub(super) use query::NvidiaSmiQuery;

use super::pairs::{ending, first_word, is_digits, set_printed};
use crate::fact::kind::GPU;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};

/// The beginning of the first line of the table that says something.
const TITLE: &str = "| NVIDIA-SMI ";
/// Messages instead of the table.
const MESSAGES: [&str; 5] = [
    "NVIDIA-SMI has failed",
    "NVIDIA-SMI couldn't",
    "No devices were found",
    "Failed to initialize NVML",
    "Unable to determine the device handle for GPU",
];
/// What is printed in place of a value of a broken device.
const FAULTS: [&str; 4] = ["ERR!", "Unknown Error", "GPU is lost", "GPU requires reset"];

/// Reads `nvidia-smi`.
#[derive(Debug)]
pub(super) struct NvidiaSmi;

impl FactParser for NvidiaSmi {
    fn id(&self) -> &'static str {
        "nvidia-smi"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["|", "NVIDIA-SMI", "No", "Failed", "Unable"]
    }

    fn opens(&self, line: &str) -> bool {
        line.starts_with(TITLE) || is_message(line)
    }

    fn goes_on(&self, line: &str) -> bool {
        line.starts_with(['|', '+']) || is_message(line)
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let mut driver = "";
        let mut cuda = "";
        let mut device: Option<Fact<'a>> = None;
        for line in section.text.lines() {
            if is_message(line) {
                facts.push(message(section, line.trim_end()));
            } else if line.starts_with(TITLE) {
                driver = behind(line, &["Driver Version:", "KMD Version:"]);
                cuda = behind(line, &["CUDA Version:", "CUDA UMD Version:"]);
            } else if let Some(mut begun) = first_row(section, line) {
                set_printed(section, &mut begun, &[("driver", driver), ("cuda", cuda)]);
                facts.extend(device.replace(begun));
            } else if let Some(mut begun) = device.take() {
                second_row(section, &mut begun, line);
                facts.push(begun);
            }
        }
        let complete = device.is_none();
        facts.extend(device);
        ending(section, complete)
    }
}

fn is_message(line: &str) -> bool {
    MESSAGES.iter().any(|start| line.starts_with(start))
}

fn message<'a>(section: &Section<'a>, line: &'a str) -> Fact<'a> {
    let mut fact = Fact::new(&GPU, section.at(line));
    let device = line
        .split_once("for GPU")
        .map_or("", |(_, device)| first_word(device));
    let bus = device.trim_end_matches(':');
    if is_bus(bus) {
        set_printed(section, &mut fact, &[("bus", bus)]);
    }
    fact.text("error", line, section.at(line));
    fact
}

/// The word behind the first of the labels that the line has.
fn behind<'a>(line: &'a str, labels: &[&str]) -> &'a str {
    let mut found = labels.iter().filter_map(|label| line.split_once(label));
    found
        .next()
        .map_or("", |(_, rest)| first_word(rest))
        .trim_matches('|')
}

/// `00000000:00:08.0`, `0000:03:00.0`.
fn is_bus(word: &str) -> bool {
    let legal = |c: char| c.is_ascii_hexdigit() || ":.".contains(c);
    word.matches(':').count() == 2 && word.matches('.').count() == 1 && word.chars().all(legal)
}

fn cells(line: &str) -> impl Iterator<Item = &str> {
    line.trim().trim_matches('|').split('|').map(str::trim)
}

/// Sets what a broken device shows in place of a value.
fn set_fault<'a>(section: &Section<'a>, fact: &mut Fact<'a>, text: &'a str) {
    for fault in FAULTS {
        if let Some(at) = text.find(fault)
            && let Some(printed) = text.get(at..at + fault.len())
        {
            fact.text("error", printed, section.at(printed));
        }
    }
}

/// Sets a value that a device has.
fn set_known<'a>(section: &Section<'a>, fact: &mut Fact<'a>, field: &'static str, value: &'a str) {
    let unknown = ["N/A", "[N/A]", "Not Supported"].contains(&value)
        || FAULTS.iter().any(|fault| value.contains(fault));
    if !unknown {
        set_printed(section, fact, &[(field, value)]);
    }
}

/// `|   0  Tesla T4            On   | 00000000:00:08.0 Off |                    0 |`
fn first_row<'a>(section: &Section<'a>, line: &'a str) -> Option<Fact<'a>> {
    let mut cells = cells(line);
    let (device, bus, ecc) = (
        cells.next()?,
        first_word(cells.next()?),
        cells.next().unwrap_or(""),
    );
    let index = first_word(device);
    if !is_digits(index) || !is_bus(bus) {
        return None;
    }
    let behind_index = device.strip_prefix(index)?.trim_start();
    let (name, persistence) = behind_index.rsplit_once(' ').unwrap_or((behind_index, ""));
    let mut fact = Fact::new(&GPU, section.at(line));
    set_printed(section, &mut fact, &[("index", index), ("bus", bus)]);
    for (field, value) in [
        ("name", name.trim_end()),
        ("persistence", persistence),
        ("ecc", ecc),
    ] {
        set_known(section, &mut fact, field, value);
    }
    set_fault(section, &mut fact, line);
    Some(fact)
}

/// `| N/A   36C    P8     9W /  70W |      0MiB / 15109MiB |      0%      Default |`
fn second_row<'a>(section: &Section<'a>, fact: &mut Fact<'a>, line: &'a str) {
    let mut cells = cells(line);
    let (first, memory, load) = (
        cells.next().unwrap_or(""),
        cells.next().unwrap_or(""),
        cells.next().unwrap_or(""),
    );
    let degrees = |word: &'a str| word.strip_suffix('C').filter(|degrees| is_digits(degrees));
    if let Some(degrees) = first.split_whitespace().find_map(degrees) {
        set_printed(section, fact, &[("temperature", degrees)]);
    }
    if let Some((used, total)) = memory.split_once('/') {
        set_printed(
            section,
            fact,
            &[("memory_used", used), ("memory_total", total)],
        );
    }
    let utilization = first_word(load);
    if utilization.ends_with('%') {
        set_printed(section, fact, &[("utilization", utilization)]);
    }
    set_fault(section, fact, line);
}

#[cfg(test)]
mod tests {
    use super::super::shown::{check, survives};
    use super::*;

    const OLD: &str = "\
Tue Mar 10 10:17:41 2026
+-----------------------------------------------------------------------------+
| NVIDIA-SMI 470.57.02    Driver Version: 470.57.02    CUDA Version: 11.4     |
|-------------------------------+----------------------+----------------------+
| GPU  Name        Persistence-M| Bus-Id        Disp.A | Volatile Uncorr. ECC |
| Fan  Temp  Perf  Pwr:Usage/Cap|         Memory-Usage | GPU-Util  Compute M. |
|                               |                      |               MIG M. |
|===============================+======================+======================|
|   0  Tesla T4            On   | 00000000:00:08.0 Off |                    3 |
| N/A   36C    P8     9W /  70W |    100MiB / 15109MiB |     12%      Default |
|                               |                      |                  N/A |
+-------------------------------+----------------------+----------------------+
|   1  Tesla V100-SXM2...  Off  | 00000000:00:09.0 Off |                 ERR! |
|ERR!  ERR! ERR!    ERR! / ERR! |   Unknown Error      |    ERR!        ERR!  |
+-------------------------------+----------------------+----------------------+

| Processes:                                                                  |
|    0   N/A  N/A       812      C   python                             97MiB |
";
    const NEW: &str = "\
+-----------------------------------------------------------------------------------------+\r
| NVIDIA-SMI 610.43.03              KMD Version: 610.43.03     CUDA UMD Version: 13.3     |\r
+-----------------------------------------+------------------------+----------------------+\r
|   0  NVIDIA A100-SXM4-40GB          On  |   00000000:00:04.0 Off |                  N/A |\r
| N/A   40C    P0            751W /   80W |      16MiB /  40960MiB |     N/A      Default |\r
+-----------------------------------------+------------------------+----------------------+\r
";
    const OLDEST: &str = "\
| NVIDIA-SMI 331.62     Driver Version: 331.62         |                       \n\
|   0  GeForce GTX 680     Off  | 0000:03:00.0     N/A |                  N/A |
| 30%   35C  N/A     N/A /  N/A |      9MiB /  4095MiB |     N/A      Default |
";

    #[test]
    fn every_device_is_a_fact() {
        check(
            &NvidiaSmi,
            &[
                (
                    OLD,
                    "\
gpu@9 index=0 bus=00000000:00:08.0 name='Tesla T4' persistence=On ecc=3 driver=470.57.02@3 cuda=11.4@3 temperature=36@10 \
memory_used=104857600@10 memory_total=15842934784@10 utilization=12@10
gpu@13 index=1 bus=00000000:00:09.0 name='Tesla V100-SXM2...' persistence=Off error=ERR! driver=470.57.02@3 cuda=11.4@3",
                ),
                (
                    NEW,
                    "gpu@4 index=0 bus=00000000:00:04.0 name='NVIDIA A100-SXM4-40GB' persistence=On driver=610.43.03@2 cuda=13.3@2 \
                     temperature=40@5 memory_used=16777216@5 memory_total=42949672960@5",
                ),
                (
                    OLDEST,
                    "gpu@2 index=0 bus=0000:03:00.0 name='GeForce GTX 680' persistence=Off driver=331.62@1 temperature=35@3 \
                     memory_used=9437184@3 memory_total=4293918720@3",
                ),
                (
                    "| NVIDIA-SMI 1 |\n|   0  T4 On | 0000:03:00.0 Off | 0 |\n",
                    "gpu@2 index=0 bus=0000:03:00.0 name=T4 persistence=On ecc=0",
                ),
                (
                    "| NVIDIA-SMI 1 |\n|   0  T4 On | 0000:03:00.0 Off |",
                    "gpu@2 index=0 bus=0000:03:00.0 name=T4 persistence=On\ncut",
                ),
            ],
        );
    }

    #[test]
    fn a_message_is_an_error() {
        let failed =
            "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.";
        check(
            &NvidiaSmi,
            &[
                (failed, &format!("gpu@1 error='{failed}'")),
                (
                    "No devices were found\r\n",
                    "gpu@1 error='No devices were found'",
                ),
                (
                    "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 535.161\n",
                    "gpu@1 error='Failed to initialize NVML: Driver/library version mismatch'",
                ),
                (
                    "Unable to determine the device handle for GPU 0000:00:08.0: GPU is lost.\n",
                    "gpu@1 bus=0000:00:08.0 error='Unable to determine the device handle for GPU 0000:00:08.0: GPU is lost.'",
                ),
                (
                    "No devices\nFailed to initialize\n| a | b |\nUnable to see\n",
                    "",
                ),
            ],
        );
    }

    #[test]
    fn damage_is_survived() {
        survives(&NvidiaSmi, &[OLD, NEW, OLDEST]);
    }
}
