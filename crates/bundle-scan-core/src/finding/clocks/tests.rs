use super::*;

fn host() -> HostId {
    HostId::named("node-1")
}

fn nanos(text: &str) -> i64 {
    let instant: jiff::Timestamp = text.parse().expect("a valid instant");
    i64::try_from(instant.as_nanosecond()).expect("an instant of this era")
}

fn by(host: HostId, scale: Scale, nanos: i64) -> ClockTime {
    ClockTime {
        clock: ClockId { host, scale },
        nanos,
    }
}

fn clocks_of(shown: &Shown) -> Clocks {
    Clocks::new(shown, None, &Homes::default())
}

fn check(clocks: &Clocks, shown: ClockTime, expected: Option<(&str, TimeQuality)>) {
    let expected = expected.map(|(text, quality)| Time {
        unix_nanos: nanos(text),
        quality,
    });
    assert_eq!(clocks.time(shown), expected, "{shown:?}");
}

#[test]
fn a_zone_is_that_of_the_machine_and_containers_keep_to_utc() {
    let mut shown = Shown::default();
    shown.hosts.entry(host()).or_default().utc_offset = Some(8 * 3_600);
    let local = nanos("2026-03-10T18:00:00Z");
    shown.note(by(host(), Scale::Zoneless, local));
    let clocks = clocks_of(&shown);
    let east = Some(("2026-03-10T10:00:00Z", TimeQuality::ZoneInferred));
    check(&clocks, by(host(), Scale::Zoneless, local), east);
    check(&clocks, by(HostId::UNNAMED, Scale::Zoneless, local), east);
    let utc = Some(("2026-03-10T18:00:00Z", TimeQuality::ZoneAssumed));
    check(&clocks, by(HostId::CONTAINER, Scale::Zoneless, local), utc);
    let klog = Some(("2026-03-10T18:00:00Z", TimeQuality::YearInferred));
    check(&clocks, by(HostId::CONTAINER, Scale::Yearless, local), klog);
}

#[test]
fn an_assumed_zone_is_that_of_machines_of_which_nothing_tells_it() {
    let mut shown = Shown::default();
    shown.hosts.entry(host()).or_default().utc_offset = Some(0);
    shown
        .hosts
        .entry(HostId::named("other"))
        .or_default()
        .utc_offset = Some(3_600);
    let clocks = Clocks::new(&shown, Some(8 * 3_600), &Homes::default());
    let local = nanos("2026-03-10T18:00:00Z");
    for (of, expected) in [
        (host(), "2026-03-10T18:00:00Z"),
        (HostId::named("third"), "2026-03-10T10:00:00Z"),
    ] {
        let expected = Some((expected, TimeQuality::ZoneInferred));
        check(&clocks, by(of, Scale::Zoneless, local), expected);
    }
    let utc = Some(("2026-03-10T18:00:00Z", TimeQuality::ZoneAssumed));
    check(&clocks, by(HostId::CONTAINER, Scale::Zoneless, local), utc);
}

#[test]
fn the_zone_is_that_of_a_command_or_else_of_most_lines() {
    let east = |hours: i32| hours * 3_600;
    let mut shown = Shown::default();
    shown
        .zones
        .insert(host(), BTreeMap::from([(east(0), 30), (east(3), 1)]));
    let zone = |shown: &Shown, of| clocks_of(shown).host(of).utc_offset;
    assert_eq!(zone(&shown, host()), Some(east(0)));
    let stated = HostClock {
        utc_offset: Some(east(-5)),
        ..HostClock::default()
    };
    let mut of_nobody = shown.clone();
    of_nobody.hosts.insert(HostId::UNNAMED, stated);
    assert_eq!(zone(&of_nobody, host()), Some(east(-5)));
    let other = HostId::named("node-2");
    of_nobody.note(by(other, Scale::Absolute, 0));
    assert_eq!(
        zone(&of_nobody, host()),
        Some(east(0)),
        "it may be of the other"
    );
    shown.hosts.insert(host(), stated);
    assert_eq!(zone(&shown, host()), Some(east(-5)));
}

#[test]
fn two_stamps_of_one_moment_tell_the_zone() {
    let at = |text: &str, scale| Reading {
        scale,
        nanos: nanos(text),
    };
    for (local, absolute, expected) in [
        (
            "2026-03-11T13:50:07Z",
            "2026-03-11T05:50:07Z",
            Some(8 * 3_600),
        ),
        (
            "2025-03-11T00:50:07Z",
            "2026-03-11T05:50:09Z",
            Some(-5 * 3_600),
        ),
        ("2026-03-11T05:50:07Z", "2026-03-11T05:50:07Z", Some(0)),
        ("2026-03-11T13:20:07Z", "2026-03-11T07:50:06Z", Some(19_800)),
        ("2026-03-11T13:50:07Z", "2026-03-11T05:43:07Z", None),
    ] {
        let found = offset_between(at(local, Scale::Yearless), at(absolute, Scale::Absolute));
        assert_eq!(found, expected, "{local} {absolute}");
    }
}

#[test]
fn a_year_that_lies_long_after_the_bundle_was_made_is_set_back() {
    for (captured_at, copied, expected) in [
        (
            "2022-01-02T00:00:00Z",
            "2026-12-31T23:00:00Z",
            "2021-12-31T23:00:00Z",
        ),
        (
            "2022-01-02T00:00:00Z",
            "2026-01-02T12:00:00Z",
            "2022-01-02T12:00:00Z",
        ),
        // Nothing but an old log states its time in full.
        (
            "2026-03-10T00:00:00Z",
            "2026-06-01T00:00:00Z",
            "2026-06-01T00:00:00Z",
        ),
    ] {
        let mut shown = Shown::default();
        shown.note(by(host(), Scale::Absolute, nanos(captured_at)));
        let yearless = by(host(), Scale::Yearless, nanos(copied));
        shown.note(yearless);
        let clocks = clocks_of(&shown);
        check(
            &clocks,
            yearless,
            Some((expected, TimeQuality::YearAndZoneAssumed)),
        );
    }
}

#[test]
fn a_log_without_zones_tells_only_by_days_that_the_bundle_is_younger() {
    for (stated, logged, expected) in [
        // A time in full that is older than the log by more than any zone.
        (
            "2026-02-10T04:12:12Z",
            "2026-03-10T09:59:00Z",
            "2026-03-10T09:59:00Z",
        ),
        (
            "2026-03-10T01:59:00Z",
            "2026-03-10T09:59:00Z",
            "2026-03-10T01:59:00Z",
        ),
    ] {
        let mut shown = Shown::default();
        shown.note(by(host(), Scale::Absolute, nanos(stated)));
        shown.note(by(host(), Scale::Yearless, nanos(logged)));
        let captured_at = clocks_of(&shown).captured_at();
        let captured_at = captured_at.map(|time| time.unix_nanos);
        assert_eq!(captured_at, Some(nanos(expected)), "{stated} {logged}");
    }
}

#[test]
fn without_any_year_a_time_is_only_known_against_one_that_has_it() {
    let mut shown = Shown::default();
    let yearless = by(host(), Scale::Yearless, nanos("1972-12-31T23:00:00Z"));
    shown.note(yearless);
    check(&clocks_of(&shown), yearless, None);
    shown.note(by(host(), Scale::Absolute, nanos("2026-01-01T00:10:00Z")));
    let expected = Some(("2025-12-31T23:00:00Z", TimeQuality::YearAndZoneAssumed));
    check(&clocks_of(&shown), yearless, expected);
}

#[test]
fn a_log_without_years_that_goes_on_for_some_days_is_not_torn_apart() {
    for (stated, logged, expected) in [
        (
            "2020-02-29T17:01:56Z",
            ["1972-03-01T14:19:38Z", "1972-03-02T14:24:54Z"],
            ["2020-03-01T14:19:38Z", "2020-03-02T14:24:54Z"],
        ),
        (
            "2025-12-30T10:00:00Z",
            ["1972-01-02T10:00:00Z", "1972-01-05T10:00:00Z"],
            ["2026-01-02T10:00:00Z", "2026-01-05T10:00:00Z"],
        ),
        // Too far ahead to be the end of the same log.
        (
            "2026-03-10T10:00:00Z",
            ["1972-03-20T10:00:00Z", "1972-03-27T10:00:00Z"],
            ["2025-03-20T10:00:00Z", "2025-03-27T10:00:00Z"],
        ),
    ] {
        let mut shown = Shown::default();
        shown.note(by(host(), Scale::Absolute, nanos(stated)));
        let logged = logged.map(|text| by(host(), Scale::Yearless, nanos(text)));
        logged.into_iter().for_each(|time| shown.note(time));
        let clocks = clocks_of(&shown);
        for (logged, expected) in logged.into_iter().zip(expected) {
            let expected = Some((expected, TimeQuality::YearAndZoneAssumed));
            check(&clocks, logged, expected);
        }
    }
}

#[test]
fn an_uptime_counts_from_the_last_boot() {
    let mut shown = Shown::default();
    let minute = 60 * NANOS_PER_SECOND;
    for boot in ["2026-03-01T00:00:00Z", "2026-03-10T10:00:00Z"] {
        shown.booted(by(host(), Scale::Absolute, nanos(boot)), 0);
    }
    let clocks = clocks_of(&shown);
    let uptime = |host| by(host, Scale::Uptime, minute);
    let expected = Some(("2026-03-10T10:01:00Z", TimeQuality::BootRelative));
    check(&clocks, uptime(host()), expected);
    check(&clocks, uptime(HostId::UNNAMED), expected);
    check(&clocks, uptime(HostId::ADRIFT), None);
    let other = by(
        HostId::named("node-2"),
        Scale::Absolute,
        nanos("2026-03-09T00:00:00Z"),
    );
    shown.booted(other, 0);
    check(&clocks_of(&shown), uptime(HostId::UNNAMED), None);
}

#[test]
fn a_boot_is_counted_back_once_the_year_is_known() {
    let day = 24 * 3_600 * NANOS_PER_SECOND;
    let mut shown = Shown::default();
    // Of the year that stands for none, which has a 29 February.
    let shown_then = by(host(), Scale::Yearless, nanos("1972-03-11T06:00:00Z"));
    shown.note(shown_then);
    shown.booted(shown_then, 20 * day);
    shown.note(by(host(), Scale::Absolute, nanos("2026-03-11T07:00:00Z")));
    let expected = Some(("2026-03-11T06:00:00Z", TimeQuality::BootRelative));
    check(
        &clocks_of(&shown),
        by(host(), Scale::Uptime, 20 * day),
        expected,
    );
}

#[test]
fn only_what_cannot_be_is_set_back_of_a_host() {
    let mut shown = Shown::default();
    shown.note(by(host(), Scale::Absolute, nanos("2022-02-11T19:23:41Z")));
    let stamps = [
        ("2026-02-11T19:16:19Z", "2022-02-11T19:16:19Z"),
        ("2025-10-01T00:00:00Z", "2021-10-01T00:00:00Z"),
        ("2022-02-11T19:15:19Z", "2022-02-11T19:15:19Z"),
        ("1972-12-24T00:00:00Z", "2021-12-24T00:00:00Z"),
    ];
    for (stamp, _) in stamps {
        shown.note(by(host(), Scale::Yearless, nanos(stamp)));
    }
    let clocks = clocks_of(&shown);
    for (stamp, expected) in stamps {
        let yearless = by(host(), Scale::Yearless, nanos(stamp));
        let expected = Some((expected, TimeQuality::YearAndZoneAssumed));
        check(&clocks, yearless, expected);
    }
}

#[test]
fn ages_count_back_from_when_the_bundle_was_made() {
    let mut shown = Shown::default();
    let ago = by(host(), Scale::Ago, -90 * NANOS_PER_SECOND);
    check(&clocks_of(&shown), ago, None);
    shown.note(by(host(), Scale::Absolute, nanos("2026-03-10T10:00:00Z")));
    shown.hosts.entry(host()).or_default().up_for = Some(3_600 * NANOS_PER_SECOND);
    let clocks = clocks_of(&shown);
    let expected = Some(("2026-03-10T09:58:30Z", TimeQuality::AgeRelative));
    check(&clocks, ago, expected);
    let booted_at = clocks.booted_at(host());
    assert_eq!(booted_at, Some(nanos("2026-03-10T09:00:00Z")));
}
