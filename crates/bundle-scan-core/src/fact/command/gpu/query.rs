//! Reads the most important lines of `nvidia-smi -q`.
//!
//! ```text
//! ==============NVSMI LOG==============
//! Driver Version                            : 470.57.02
//! GPU 00000000:00:08.0
//!     Product Name                          : Tesla T4
//!     FB Memory Usage
//!         Used                              : 0 MiB
//! ```
//!
//! Does not read clocks, power, processes and counters of ECC errors. Devices are numbered in their order.
//! Source: the manual page of nvidia-smi.

use super::super::pairs::{ending, first_word, key_and_value, set_printed};
use super::{is_bus, set_fault, set_known};
use crate::fact::kind::GPU;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};

/// Groups, keys, and what they fill.
const KEYS: [(&str, &str, &str); 9] = [
    ("", "Product Name", "name"),
    ("", "Persistence Mode", "persistence"),
    ("FB Memory Usage", "Total", "memory_total"),
    ("FB Memory Usage", "Used", "memory_used"),
    ("Utilization", "Gpu", "utilization"),
    ("Utilization", "GPU", "utilization"),
    ("Temperature", "GPU Current Temp", "temperature"),
    ("Ecc Mode", "Current", "ecc"),
    ("ECC Mode", "Current", "ecc"),
];
const TITLES: [&str; 4] = [
    "Timestamp",
    "Driver Version",
    "CUDA Version",
    "Attached GPUs",
];

/// Reads `nvidia-smi -q`.
#[derive(Debug)]
pub(in super::super) struct NvidiaSmiQuery;

impl FactParser for NvidiaSmiQuery {
    fn id(&self) -> &'static str {
        "nvidia-smi-query"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["==============NVSMI"]
    }

    fn opens(&self, line: &str) -> bool {
        line.trim_end() == "==============NVSMI LOG=============="
    }

    fn goes_on(&self, line: &str) -> bool {
        let titled = key_and_value(line).is_some_and(|(key, _)| TITLES.contains(&key));
        line.trim().is_empty() || line.starts_with("    ") || titled || device(line).is_some()
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let mut log = Log {
            section,
            versions: Vec::new(),
            device: None,
            devices: 0,
            group: "",
        };
        for line in section.text.lines() {
            if let Some(bus) = device(line) {
                facts.extend(log.begin(bus));
            } else {
                log.line(line);
            }
        }
        let complete = log.device.as_ref().is_none_or(|device| {
            device.get("temperature").is_some() || device.get("error").is_some()
        });
        facts.extend(log.device);
        ending(section, complete)
    }
}

/// The bus address of `GPU 00000000:00:08.0`.
fn device(line: &str) -> Option<&str> {
    Some(line.strip_prefix("GPU ")?.trim_end()).filter(|bus| is_bus(bus))
}

struct Log<'r, 'a> {
    section: &'r Section<'a>,
    /// Fields that all devices share.
    versions: Vec<(&'static str, &'a str)>,
    device: Option<Fact<'a>>,
    devices: u32,
    /// The heading of the indented lines.
    group: &'a str,
}

impl<'a> Log<'_, 'a> {
    /// Begins a device and gives back the one before.
    fn begin(&mut self, bus: &'a str) -> Option<Fact<'a>> {
        let at = self.section.at(bus);
        let mut fact = Fact::new(&GPU, at);
        fact.number("index", self.devices.into(), at)
            .set("bus", bus, at);
        set_printed(self.section, &mut fact, &self.versions);
        self.devices = self.devices.saturating_add(1);
        self.device.replace(fact)
    }

    fn line(&mut self, line: &'a str) {
        let indent = line.len() - line.trim_start().len();
        match (key_and_value(line), &mut self.device) {
            (Some(("Driver Version", version)), None) => self.versions.push(("driver", version)),
            (Some(("CUDA Version", version)), None) => self.versions.push(("cuda", version)),
            (Some(pair), Some(device)) => {
                if indent <= 4 {
                    self.group = "";
                }
                set(self.section, device, self.group, pair);
            }
            (None, _) if indent == 4 => self.group = line.trim(),
            _ => {}
        }
    }
}

fn set<'a>(
    section: &Section<'a>,
    device: &mut Fact<'a>,
    group: &str,
    (key, value): (&str, &'a str),
) {
    set_fault(section, device, value);
    let found = KEYS.iter().find(|row| row.0 == group && row.1 == key);
    match (found, value) {
        (Some((.., "temperature")), _) => {
            set_known(section, device, "temperature", first_word(value))
        }
        (Some((.., "persistence")), "Enabled") => {
            device.text("persistence", "On", section.at(value));
        }
        (Some((.., "persistence")), "Disabled") => {
            device.text("persistence", "Off", section.at(value));
        }
        // In the table, a counter of errors stands for "enabled".
        (Some((.., "ecc")), "Disabled") => {
            device.text("ecc", "Off", section.at(value));
        }
        (Some((.., "ecc")), _) | (None, _) => {}
        (Some((.., field)), _) => set_known(section, device, field, value),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::shown::{check, survives};
    use super::*;

    const PLAIN: &str = "
==============NVSMI LOG==============

Timestamp                                 : Tue Mar 10 10:17:41 2026
Driver Version                            : 470.57.02
CUDA Version                              : 11.4

Attached GPUs                             : 2
GPU 00000000:00:08.0
    Product Name                          : Tesla T4
    Persistence Mode                      : Enabled
    Ecc Mode
        Current                           : Disabled
    FB Memory Usage
        Total                             : 15109 MiB
        Used                              : 100 MiB
    Compute Mode                          : Default
    Utilization
        Gpu                               : 7 %
    Temperature
        GPU Current Temp                  : 36 C

GPU 00000000:00:09.0
    Product Name                          : Unknown Error
    Serial Number                         : N/A
[root@n1 ~]#
";

    #[test]
    fn the_groups_of_a_device() {
        check(
            &NvidiaSmiQuery,
            &[
                (
                    PLAIN,
                    "\
gpu@9 index=0 bus=00000000:00:08.0 driver=470.57.02@5 cuda=11.4@6 name='Tesla T4'@10 persistence=On@11 ecc=Off@13 \
memory_total=15842934784@15 memory_used=104857600@16 utilization=7@19 temperature=36@21
gpu@23 index=1 bus=00000000:00:09.0 driver=470.57.02@5 cuda=11.4@6 error='Unknown Error'@24",
                ),
                (
                    "==============NVSMI LOG==============\r\n\r\nGPU 0000:4B:00.0\r\n    Persistence Mode : Disabled",
                    "gpu@3 index=0 bus=0000:4B:00.0 persistence=Off@4\ncut",
                ),
            ],
        );
    }

    #[test]
    fn damage_is_survived() {
        survives(&NvidiaSmiQuery, &[PLAIN]);
    }
}
