//! What the first and the last lines of a member tell: from when to when it goes, whose it is, and what clock it was written by.

use std::collections::BTreeSet;

use crate::base::member_path::MemberPath;
use crate::base::thing::canonical;
use crate::base::time::{ClockTime, HostId, Reading, Scale, seconds_east};
use crate::finding::Tally;
use crate::finding::clocks::Shown;
use crate::finding::homes::{Home, label, tree_of};
use crate::matcher::begins_boot;
use crate::record::Record;
use crate::record::clock::Clock;
use crate::report::coverage::Ends;
use crate::source::component::{Component, ComponentSet};
use crate::source::{Source, is_host};
use crate::text::block::{BlockView, CONTEXT_BYTES};
use crate::text::lines::line_around;

/// Lines looked at on each end until one has a stamp: traces and tables have none.
const FEW: usize = 8;
/// Lines looked at on each end of a log of a machine, where the kernel and programs that state their zone speak between others.
const MANY: usize = 64;
/// The same where many speak, as long as none of them has told the zone.
const MOST: usize = 256;
/// Logs of a machine to which all sorts of programs write.
const MIXED: [&str; 2] = ["journal-text", "syslog"];

/// What the lines on both ends say.
#[derive(Debug, Default)]
pub(super) struct Edges {
    /// The first reading.
    first: Option<Reading>,
    /// The last reading.
    last: Option<Reading>,
    /// Whether its first line is that of a boot.
    begins_with_boot: bool,
    /// Hosts that they name.
    pub(super) hosts: BTreeSet<String>,
    /// What they say of the clock.
    pub(super) shown: Shown,
    /// Who speaks in them.
    speakers: ComponentSet,
}

impl Edges {
    /// Looks at the ends that a block has, as far as any block sees: so what they tell does not depend on how a member is cut.
    pub(super) fn of(
        view: &BlockView<'_>,
        source: &Source,
        clock: &Clock,
        max_line_bytes: usize,
    ) -> Self {
        let mut edges = Edges::default();
        let length = view.bytes.len();
        if view.is_first() {
            let head = &view.bytes[..length.min(CONTEXT_BYTES)];
            let is_whole = view.at_end && head.len() == length;
            let head = BlockView::whole(head);
            let mut at = 0;
            let mut next = || {
                let line = (at < head.own.end).then(|| line_around(&head, at, max_line_bytes))?;
                let is_cut = line.end == head.own.end && !is_whole && at > 0;
                at = line.end + 1;
                let line = head.bytes.get(line).filter(|_| !is_cut)?;
                Some(Record::read(line, source, clock))
            };
            let first = next();
            edges.begins_with_boot = first.as_ref().is_some_and(begins_boot);
            let mut first = first.into_iter();
            edges.first = edges.look(source, || first.next().or_else(&mut next));
        }
        if view.at_end && view.own.end == length {
            let tail = &view.bytes[length.saturating_sub(CONTEXT_BYTES)..];
            let is_whole = view.at_start && tail.len() == length;
            let tail = BlockView::whole(tail);
            let last = tail.bytes.trim_ascii_end().len();
            let mut end = last;
            edges.last = edges.look(source, || {
                let line = line_around(&tail, end.checked_sub(1)?, max_line_bytes);
                let is_cut = line.start == 0 && !is_whole && end < last;
                end = line.start.saturating_sub(1);
                let line = tail.bytes.get(line).filter(|_| !is_cut)?;
                Some(Record::read(line, source, clock))
            });
        }
        if let Some(host) = &source.host {
            edges.hosts = BTreeSet::from([host.clone()]);
        }
        edges
    }

    /// Looks at lines from one end; tells the first reading.
    fn look<'r>(
        &mut self,
        source: &Source,
        mut next: impl FnMut() -> Option<Record<'r>>,
    ) -> Option<Reading> {
        if source.kind == "hostname" {
            let line = next().map(|record| String::from_utf8_lossy(record.line).trim().to_owned());
            self.hosts.extend(line.filter(|name| is_host(name)));
            return None;
        }
        let is_of_machine = source.pod.is_none() && LOGS.contains(&source.kind);
        let most = match is_of_machine {
            true if MIXED.contains(&source.kind) => MOST,
            true => MANY,
            false => FEW,
        };
        let mut reading = None;
        for count in 0..most {
            if count >= MANY && self.shown.tells_zone() {
                break;
            }
            let Some(record) = next() else { break };
            if reading.is_none() {
                reading = record.reading;
                if let Some(host) = record.host.as_deref() {
                    self.hosts
                        .insert(String::from_utf8_lossy(host).into_owned());
                }
            }
            if let Some(zone) = zone_of_header(record.line) {
                self.shown.state_zone(zone);
            }
            self.shown.line(&record);
            self.speakers.extend(record.component);
            if reading.is_some() && !is_of_machine && count < FEW {
                break;
            }
        }
        reading
    }

    /// Adds what the other end says.
    pub(super) fn merge(&mut self, other: Edges) {
        self.first = self.first.or(other.first);
        self.last = self.last.or(other.last);
        self.begins_with_boot |= other.begins_with_boot;
        self.hosts.extend(other.hosts);
        self.shown.merge(other.shown);
        self.speakers.extend(other.speakers.iter());
    }

    /// Who speaks in the member, if its path does not tell: in a log of a machine those at its ends and those that write to every such
    /// log, in a log of which nothing is known anybody, and nobody in what is no log.
    pub(super) fn heard(&self, source: &Source) -> ComponentSet {
        let is_log = self.first.or(self.last).is_some();
        match source.component {
            None if LOGS.contains(&source.kind) => {
                let machine = [Component::Kernel, Component::Systemd, Component::App];
                machine.into_iter().chain(self.speakers.iter()).collect()
            }
            None if is_log => ComponentSet::all_but_echoes(),
            _ => self.speakers,
        }
    }

    /// Gives what was found in a member the host and the clock that they name; tells the host.
    pub(super) fn apply(&self, path: &MemberPath, source: &Source, tally: &mut Tally) -> HostId {
        let tree = tree(source, path);
        let host = host_of(source, tree, self.hosts.first().map(String::as_str));
        if is_of_earlier_boot(source) {
            tally.end_boot();
        }
        let readings = self.readings(tally.boots);
        tally.end_member();
        tally.shown.merge(self.shown.clone());
        // Commands and objects may tell of what is to come: timers, certificates.
        if !is_document(source.kind) {
            for reading in &readings {
                tally.shown.note((*reading).into());
            }
        }
        let mut names = self.hosts.iter();
        let name = match (names.next(), names.next()) {
            (None, _) => tree.map(label),
            (Some(only), None) => Some(canonical("host", only).to_owned()),
            _ => None,
        };
        tally.on_host(&Home {
            host,
            name: name.as_deref(),
            until: &readings,
        });
        host
    }

    /// Whether the machine booted in the midst of the member, in which it did so this often.
    pub(super) fn is_rebooted(&self, boots: u64) -> bool {
        boots > u64::from(self.begins_with_boot)
    }

    /// The readings at both ends that are of the last boot.
    fn readings(&self, boots: u64) -> Vec<Reading> {
        let is_earlier =
            |reading: &Reading| self.is_rebooted(boots) && reading.scale == Scale::Uptime;
        let first = self.first.filter(|reading| !is_earlier(reading));
        first.into_iter().chain(self.last).collect()
    }

    /// The readings at both ends, by the clocks of the host; `boots` as in [`Self::is_rebooted`].
    pub(super) fn ends(&self, source: &Source, host: HostId, boots: u64) -> Option<Ends> {
        let mut times = self.readings(boots).into_iter().map(|reading| {
            let mut time = ClockTime::from(reading);
            if is_of_earlier_boot(source) {
                time.clock.end_boot();
            }
            time.clock.on_host(host);
            time
        });
        let one = times.next()?;
        Some((one, times.next_back().unwrap_or(one)))
    }
}

/// The tree of the machine that a member is of.
pub(super) fn tree<'p>(source: &Source, path: &'p MemberPath) -> Option<&'p str> {
    source.is_of_machine().then(|| tree_of(path))
}

/// Whose clocks a member is written by, in which this host is named.
fn host_of(source: &Source, tree: Option<&str>, named: Option<&str>) -> HostId {
    match named.or(source.host.as_deref()) {
        _ if source.pod.is_some() => HostId::CONTAINER,
        Some(host) => HostId::named(host),
        None => tree.map_or(HostId::UNNAMED, HostId::tree),
    }
}

/// What a stamp shows, by the clock of its machine; `host` is what its line names.
pub(super) fn clock_time(
    reading: Reading,
    path: &MemberPath,
    source: &Source,
    host: Option<&[u8]>,
) -> ClockTime {
    let named = host.map(String::from_utf8_lossy);
    let mut time = ClockTime::from(reading);
    if is_of_earlier_boot(source) {
        time.clock.end_boot();
    }
    let host = host_of(source, tree(source, path), named.as_deref());
    time.clock.on_host(host);
    time
}

/// Whether it is a log that the kernel ended before the last boot: `dmesg.0`, and what it left when it crashed.
fn is_of_earlier_boot(source: &Source) -> bool {
    source.kind == "kernel-crash" || source.kind == "kernel" && source.rotation.is_some()
}

/// The zone in which `journalctl` says from when to when the journal goes, in seconds east of Greenwich, if it is no abbreviation that several
/// zones share. Source: systemd `journalctl.c`, `format_timestamp` in `time-util.c`.
fn zone_of_header(line: &[u8]) -> Option<i32> {
    let line = std::str::from_utf8(line.strip_prefix(b"-- ")?).ok()?;
    let span = line
        .strip_prefix("Logs begin at ")
        .or_else(|| line.strip_prefix("Journal begins at "))?;
    let begin = span.split_once([',', ';'])?.0;
    match begin.rsplit_once(' ')?.1 {
        "UTC" | "GMT" => Some(0),
        zone if zone.len() == 3 => seconds_east(&format!("{zone}00")),
        zone => seconds_east(zone),
    }
}

/// Whether the lines of members of this kind are not written one after the other.
fn is_document(kind: &str) -> bool {
    kind.starts_with("k8s-") || matches!(kind, "config" | "hostname" | "os-command")
}

/// Kinds of logs that several programs of one machine write, or one that names its host.
const LOGS: [&str; 6] = [
    "containerd",
    "dockerd",
    "journal-text",
    "kernel",
    "kubelet",
    "syslog",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::member_path::MemberPath;
    use crate::base::time::{NANOS_PER_SECOND, TimeQuality};
    use crate::finding::clocks::Clocks;
    use crate::finding::homes::Homes;
    use crate::source::classify;

    fn of(path: &str) -> Source {
        classify(&MemberPath::new(path), b"")
    }

    fn edges(path: &str, text: &str) -> Edges {
        let path = MemberPath::new(path);
        let source = classify(&path, text.as_bytes());
        let view = BlockView::whole(text.as_bytes());
        Edges::of(&view, &source, &Clock::new(Some(1_773_200_000)), 1 << 16)
    }

    #[test]
    fn the_clock_of_a_machine_is_told_by_lines_between_others() {
        let text = "Mar 11 13:50:00 n1 systemd[1]: Started Session 8742 of user root.\n\
            Mar 11 13:50:07 n1 dockerd[2214]: time=\"2026-03-11T05:50:07.488920889Z\" level=info msg=\"shim started\"\n\
            Mar 11 13:50:10 n1 kernel: [   10.000000] eth0: link becomes ready\n\
            Mar 11 13:51:00 n1 CROND[56396]: (root) CMD (/usr/lib64/sa/sa1 1 1)\n";
        let found = edges("var/log/messages", text);
        assert_eq!(found.hosts, BTreeSet::from(["n1".to_owned()]));
        let scales: Vec<Scale> = found
            .readings(0)
            .iter()
            .map(|reading| reading.scale)
            .collect();
        assert_eq!(scales, [Scale::Yearless; 2]);
        let host = HostId::named("n1");
        let readings = found.readings(0);
        let mut shown = found.shown.on_host(host);
        for reading in &readings {
            let mut time = ClockTime::from(*reading);
            time.clock.host = host;
            shown.note(time);
        }
        let clocks = Clocks::new(&shown, None, &Homes::default());
        let expected = "2026-03-11T05:50:00Z"
            .parse::<jiff::Timestamp>()
            .expect("valid");
        assert_eq!(
            clocks.booted_at(host).map(|nanos| nanos / NANOS_PER_SECOND),
            Some(expected.as_second())
        );
    }

    #[test]
    fn the_header_of_a_journal_may_tell_the_zone() {
        for (header, expected) in [
            (
                "-- Logs begin at Fri 2026-03-06 10:00:00 UTC, end at Tue 2026-03-10 10:17:41 UTC. --",
                Some(0),
            ),
            (
                "-- Journal begins at Fri 2026-03-06 10:00:00 +08, ends at Tue 2026-03-10 10:17:41 +08. --",
                Some(8 * 3_600),
            ),
            (
                "-- Journal begins at Fri 2026-03-06 10:00:00 +0530; ends at Tue 2026-03-10 10:17:41 +0530. --",
                Some(19_800),
            ),
            (
                "-- Logs begin at Fri 2026-03-06 10:00:00 CST, end at Tue 2026-03-10 10:17:41 CST. --",
                None,
            ),
            ("-- No entries --", None),
        ] {
            assert_eq!(zone_of_header(header.as_bytes()), expected, "{header}");
        }
        let text = "-- Logs begin at Fri 2026-03-06 10:00:00 +08, end at Tue 2026-03-10 10:17:41 +08. --\n\
            Mar 10 10:17:41 n1 kernel: eth0: link becomes ready\n";
        let found = edges("journal.log", text);
        let first = found.readings(0)[0];
        let clocks = Clocks::new(
            &found.shown.on_host(HostId::named("n1")),
            None,
            &Homes::default(),
        );
        let mut time = ClockTime::from(first);
        time.clock.host = HostId::named("n1");
        let quality = clocks.time(time).map(|time| time.quality);
        assert_eq!(quality, Some(TimeQuality::YearInferred));
    }

    #[test]
    fn a_trace_at_the_end_does_not_hide_the_time() {
        let text = "2026-03-11T05:50:07Z start\n2026-03-11T05:51:07Z failed\n  at main.go:7\n  at run.go:9\n";
        let found = edges("pods/app.log", text);
        assert_eq!(found.readings(0).len(), 2);
        let (first, last) = found
            .ends(&of("pods/app.log"), HostId::UNNAMED, 0)
            .expect("both ends have a time");
        assert_eq!(last.nanos - first.nanos, 60 * NANOS_PER_SECOND);
    }

    #[test]
    fn a_log_goes_on_to_its_last_line_whatever_clock_that_shows() {
        let text = "Mar 11 05:50:07 n1 dockerd[2214]: time=\"2026-03-11T05:50:07Z\" level=info msg=\"shim started\"\n\
            Mar 11 05:58:00 n1 kernel: eth0: link becomes ready\n";
        let found = edges("var/log/messages", text);
        let host = HostId::named("n1");
        let (one, other) = found
            .ends(&of("var/log/messages"), host, 0)
            .expect("both ends have a time");
        assert_ne!(one.clock, other.clock);
        let mut tally = Tally::default();
        assert_eq!(
            found.apply(
                &MemberPath::new("var/log/messages"),
                &of("var/log/messages"),
                &mut tally
            ),
            host
        );
        let clocks = Clocks::new(&tally.shown, None, &Homes::default());
        let mut times = [one, other].map(|end| clocks.time(end).expect("a time").unix_nanos);
        times.sort_unstable();
        assert_eq!(times[1] - times[0], 473 * NANOS_PER_SECOND);
    }
}
