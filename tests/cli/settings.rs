//! Defaults of one's own: from a file, from variables over it, and the command line over both.

use bundle_scan_testkit::Fixture;

use super::{Folder, Run, command};

/// Ends of a report in the language it was written in.
const EN: &str = "probable root cause";
const ZH: &str = "最可能的根因";

fn with(variables: &[(&str, &str)], args: &[&str]) -> Run {
    let mut command = command(args);
    command.envs(variables.iter().copied());
    Run::of(command.output().unwrap())
}

#[test]
fn the_command_line_goes_over_variables_and_these_over_the_file() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    let file = folder.write("c.toml", b"lang = \"zh\"\n# a comment\ntop = 0\n");
    let by_file = ["BUNDLE_SCAN_CONFIG", &file];
    for (variables, args, expected) in [
        (vec![], vec![], EN),
        (vec![(by_file[0], by_file[1])], vec![], ZH),
        (vec![], vec!["--config", &file], ZH),
        (vec![("BUNDLE_SCAN_LANG", "zh")], vec![], ZH),
        (
            vec![("BUNDLE_SCAN_LANG", "en")],
            vec!["--config", &file],
            EN,
        ),
        (vec![("BUNDLE_SCAN_LANG", "zh")], vec!["--lang", "en"], EN),
        (vec![(by_file[0], by_file[1])], vec!["--no-config"], EN),
        (vec![("BUNDLE_SCAN_LANG", "zh")], vec!["--no-config"], ZH),
    ] {
        let args = [&args[..], &[sick.as_str()]].concat();
        let run = with(&variables, &args).ends_with(0);
        assert!(
            run.stdout.contains(expected),
            "{variables:?} {args:?}: {}",
            run.stdout
        );
    }
    let short = with(&[(by_file[0], by_file[1])], &[&sick]).stdout;
    assert!(!short.contains("arp_cache"), "{short}");
}

#[test]
fn the_own_file_is_found_where_settings_are() {
    let folder = Folder::new();
    folder.write(
        "bundle-scan/config.toml",
        b"lang = \"zh\"\nredact = true\nonly = [\"network\"]\n",
    );
    let home = folder.path("");
    let mut own = command(&[&folder.path("sick.tgz")]);
    own.env_remove("BUNDLE_SCAN_CONFIG")
        .env("XDG_CONFIG_HOME", &home);
    // Elsewhere settings have other folders.
    if cfg!(unix) {
        assert!(
            Run::of(own.output().unwrap())
                .ends_with(0)
                .stdout
                .contains(ZH)
        );
    }
}

#[test]
fn settings_hold_for_each_command_that_has_them() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    let all = [
        ("BUNDLE_SCAN_LANG", "zh"),
        ("BUNDLE_SCAN_FORMAT", "json"),
        ("BUNDLE_SCAN_FAIL_ON", "info"),
        ("BUNDLE_SCAN_NO_TIMINGS", "yes"),
    ];
    let scan = with(&all, &[&sick]).ends_with(1);
    assert!(scan.stdout.starts_with('{') && !scan.stdout.contains("timings"));
    // A format of reports is none of the other commands.
    let explained = with(&all, &["explain", "137"]).ends_with(0);
    assert!(explained.stdout.contains("SIGKILL") && !explained.stdout.starts_with('{'));
    with(&all, &["diff", &sick, &sick]).ends_with(0);
    with(&all, &["--fail-on", "never", &sick]).ends_with(0);
    with(
        &[
            ("BUNDLE_SCAN_STRICT", "0"),
            ("BUNDLE_SCAN_ONLY", "dns, storage"),
        ],
        &[&sick],
    )
    .ends_with(0);
}

#[test]
fn a_layout_of_ones_own_tells_what_members_are() {
    let folder = Folder::new();
    let bundle = Fixture::new(vec![(
        "acme/n7/knl.out".into(),
        "[    1.5] neighbour: arp_cache: neighbor table overflow!\n".into(),
    )]);
    let bundle = folder.write("acme.tgz", &bundle.tar_gz());
    let file = folder.write(
        "acme.yaml",
        b"name: acme\nmarkers: [acme]\nplaces: [{path: '{host}/knl.out', kind: kernel}]\n",
    );
    let layout = ("BUNDLE_SCAN_LAYOUT", file.as_str());
    for run in [
        with(&[], &["inventory", "--layout", &file, &bundle]),
        with(&[layout], &["inventory", &bundle]),
    ] {
        let told = run.ends_with(0).stdout;
        assert!(
            told.contains("acme") && told.contains("n7") && told.contains("kernel "),
            "{told}"
        );
    }
    let wrong = folder.write(
        "wrong.yaml",
        b"name: acme\nplaces: [{path: a, kind: kernl}]\n",
    );
    let told = with(&[], &["--layout", &wrong, &bundle])
        .ends_with(2)
        .stderr;
    assert!(told.contains("there is no kind `kernl`"), "{told}");
}

#[test]
fn a_setting_that_cannot_be_is_told_with_its_place() {
    let folder = Folder::new();
    for (text, told) in [
        (
            "\nlnag = \"zh\"\n",
            ":2: there is no setting lnag; a similar one is lang\n",
        ),
        (
            "xyzzy = 1\n",
            ":1: there is no setting xyzzy; settings are the long options of bundle-scan scan --help\n",
        ),
        ("output = \"x\"\n", ":1: there is no setting output; "),
        (
            "lang = \"fr\"\n",
            ":1: invalid value 'fr' for '--lang <LANG>' [possible values: en, zh]\n",
        ),
        ("lang = [\"en\", \"zh\"]\n", ":1: lang takes one value\n"),
        ("quiet = [true, false]\n", ":1: quiet takes one value\n"),
        ("top = []\n", ":1: top takes a value\n"),
        ("\"\\u001b]0;x\" = 1\n", ":1: there is no setting ␛]0;x; "),
        ("why = \"yes\"\n", ":1: "),
        (
            "lang = {a = 1}\n",
            ":1: expected a text, a whole number, a date, true, false, or a list of texts\n",
        ),
        ("lang = \n", ":1: "),
    ] {
        let file = folder.write("c.toml", text.as_bytes());
        let run = with(&[], &["--config", &file, &folder.path("sick.tgz")]).ends_with(2);
        let told = format!("bundle-scan: {file}{told}");
        assert!(run.stderr.starts_with(&told), "{text}: {}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    }
    let sick = folder.path("sick.tgz");
    let run = with(&[("BUNDLE_SCAN_WHY", "perhaps")], &[&sick]).ends_with(2);
    assert_eq!(
        run.stderr,
        "bundle-scan: BUNDLE_SCAN_WHY: expected 1 or 0, not \"perhaps\"\n"
    );
    with(&[], &["--config", "/no/such/file", &sick]).ends_with(2);
    with(&[("BUNDLE_SCAN_CONFIG", "/no/such/file")], &[&sick]).ends_with(2);
}

#[test]
fn an_empty_variable_says_nothing_and_an_unknown_one_is_told() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    let empty = ["FORMAT", "TOP", "LANG", "BASELINE", "FAIL_ON", "ONLY"]
        .map(|name| format!("BUNDLE_SCAN_{name}"));
    let empty: Vec<(&str, &str)> = empty.iter().map(|name| (name.as_str(), "")).collect();
    let run = with(&empty, &[&sick]).ends_with(0);
    assert!(run.stdout.contains(EN) && run.stderr.is_empty());
    let file = folder.write("c.toml", b"format = []\nonly = []\n");
    assert!(
        with(&[], &["--config", &file, &sick])
            .ends_with(0)
            .stdout
            .contains(EN)
    );
    let run = with(&[("BUNDLE_SCAN_FIAL_ON", "error")], &[&sick]).ends_with(0);
    assert_eq!(
        run.stderr,
        "bundle-scan: the variable \"BUNDLE_SCAN_FIAL_ON\" sets nothing\n"
    );
}
