//! Reads `timedatectl`, old and new.
//!
//! ```text
//!                Local time: Tue 2026-03-10 10:17:41 CST
//!                 Time zone: Asia/Shanghai (CST, +0800)
//! System clock synchronized: yes
//!               NTP service: active
//! ```
//!
//! Does not read the times themselves, nor `timesync-status`. Source: `print_status_info` in systemd
//! `src/timedate/timedatectl.c`, since version 208.

use super::super::pairs::{ending, first_word, key_and_value};
use crate::fact::kind::TIME_SYNC;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};

/// All keys; those of one column are old and new names of the same.
const KEYS: [(&str, &str); 16] = [
    ("Local time", ""),
    ("Universal time", ""),
    ("RTC time", ""),
    ("Timezone", "zone"),
    ("Time zone", "zone"),
    ("NTP synchronized", "synchronized"),
    ("System clock synchronized", "synchronized"),
    ("NTP enabled", "service_active"),
    ("Network time on", "service_active"),
    ("NTP service", "service_active"),
    ("systemd-timesyncd.service active", "service_active"),
    ("RTC in local TZ", ""),
    ("DST active", ""),
    ("Last DST change", ""),
    ("Next DST change", ""),
    ("Warning", ""),
];

/// Reads `timedatectl`.
#[derive(Debug)]
pub(in super::super) struct Timedatectl;

impl FactParser for Timedatectl {
    fn id(&self) -> &'static str {
        "timedatectl"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["Local"]
    }

    fn opens(&self, line: &str) -> bool {
        line.trim_start().starts_with("Local time: ")
    }

    fn goes_on(&self, line: &str) -> bool {
        key_and_value(line).is_some_and(|(printed, _)| KEYS.iter().any(|(key, _)| *key == printed))
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let mut fact = Fact::new(&TIME_SYNC, 0);
        fact.text("tool", "timedatectl", 0);
        for (key, value) in section.text.lines().filter_map(key_and_value) {
            let at = section.at(value);
            let field = KEYS
                .iter()
                .find(|(printed, _)| *printed == key)
                .map(|(_, field)| *field);
            match (field, value) {
                (Some("zone"), _) => {
                    let offset = value.split_once(", ").map(|(_, offset)| offset);
                    let offset = offset.and_then(|offset| offset.strip_suffix(')'));
                    if let Some(offset) = offset.map(str::trim) {
                        fact.set("utc_offset", offset, section.at(offset));
                    }
                    fact.set("zone", first_word(value), at)
                }
                (Some("service_active"), "active" | "inactive") => {
                    fact.flag("service_active", value == "active", at)
                }
                (Some(field), _) => fact.set(field, value, at),
                (None, _) => continue,
            };
        }
        let complete = fact.get("synchronized").is_some();
        if fact.fields.len() > 1 {
            facts.push(fact);
        }
        ending(section, complete)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::shown::{check, survives};
    use super::*;

    const NEW: &str = "\
               Local time: Tue 2026-03-10 10:17:41 CST
           Universal time: Tue 2026-03-10 02:17:41 UTC
                 RTC time: Tue 2026-03-10 02:17:41    \x20
                Time zone: Asia/Shanghai (CST, +0800) \x20
System clock synchronized: no                         \x20
              NTP service: inactive                   \x20
          RTC in local TZ: no                         \x20
";
    const OLD: &str = "\
$ timedatectl status
      Local time: Tue 2026-03-10 10:17:41 CST
       Time zone: Asia/Shanghai (CST, +0800)
     NTP enabled: yes
NTP synchronized: yes
 RTC in local TZ: no
      DST active: n/a
$ df
";

    #[test]
    fn old_and_new_keys() {
        check(
            &Timedatectl,
            &[
                (
                    NEW,
                    "time_sync@1 tool=timedatectl utc_offset=+0800@4 zone=Asia/Shanghai@4 synchronized=false@5 service_active=false@6",
                ),
                (
                    OLD,
                    "time_sync@2 tool=timedatectl utc_offset=+0800@3 zone=Asia/Shanghai@3 service_active=true@4 synchronized=true@5",
                ),
                (
                    "      Local time: Tue\r\n        Timezone: UTC (UTC, +0000)\r\n     NTP enabled: n/a\r\n NTP synchronized: no\r\n",
                    "time_sync@1 tool=timedatectl utc_offset=+0000@2 zone=UTC@2 synchronized=false@4",
                ),
                (
                    "  Local time: Tue\n  Time zone: U",
                    "time_sync@1 tool=timedatectl zone=U@2\ncut",
                ),
                ("Local times: 5\nLocal time\n", ""),
            ],
        );
    }

    #[test]
    fn damage_is_survived() {
        survives(&Timedatectl, &[NEW, OLD]);
    }
}
