use super::*;

const GOOD: &str = r#"id: disk-full
title: {en: Disk is full, zh: 磁盘已满}
severity: error
category: storage
match:
  any:
    - line:
        component: [kernel]
        literal: "no space left on device"
        regex: 'no space left on device: (?<disk>\w+)'
entities: {disk: disk}
cause: {en: c, zh: c}
impact: {en: i, zh: i}
remedy: [{en: r, zh: r, risk: read-only}]
samples:
  positive: [{member: dmesg, text: "no space left on device: sda"}]
  negative: [{member: dmesg, text: "plenty of space left"}]
"#;

/// Replaces a part of the good file and returns the codes and places of the complaints.
fn check(from: &str, to: &str) -> Vec<(&'static str, usize, usize)> {
    assert!(
        from.is_empty() || GOOD.contains(from),
        "{from} is not in the file"
    );
    let text = GOOD.replacen(from, to, 1);
    let file = SourceFile {
        name: "x/disk-full.yaml".into(),
        text,
    };
    files(&[file])
        .1
        .into_iter()
        .map(|c| (c.code, c.line, c.column))
        .collect()
}

#[test]
fn a_good_file_has_no_complaint() {
    assert_eq!(check("", ""), []);
}

#[test]
fn each_mistake_has_its_code_and_place() {
    for (from, to, expected) in [
        ("severity: error", "severity: awful", ("schema", 3, 11)),
        (
            "severity: error",
            "colour: red\nseverity: error",
            ("schema", 3, 1),
        ),
        ("id: disk-full", "id: Disk_full", ("id-format", 1, 5)),
        ("zh: 磁盘已满", "zh: ''", ("missing-language", 2, 31)),
        ("[kernel]", "[kernle]", ("unknown-component", 8, 21)),
        (
            "literal: \"no space left on device\"",
            "literal: 'no'",
            ("short-anchor", 9, 18),
        ),
        ("(?<disk>\\w+)'", "(?<disk>\\w+'", ("regex-invalid", 10, 16)),
        (
            "'no space left on device: (?<disk>\\w+)'",
            "'(?<disk>\\w*)'",
            ("regex-empty", 10, 16),
        ),
        (
            "'no space",
            "'.*no space",
            ("regex-leading-wildcard", 10, 16),
        ),
        (
            "entities: {disk: disk}",
            "entities: {disc: disk}",
            ("missing-capture", 11, 18),
        ),
        (
            "entities: {disk: disk}",
            "threshold: {count: 3, per: [host_name]}\nentities: {disk: disk}",
            ("unknown-join", 6, 3),
        ),
        (
            "entities: {disk: disk}",
            "requires: {colour: red}\nentities: {disk: disk}",
            ("unknown-property", 11, 20),
        ),
        (
            "entities: {disk: disk}",
            "threshold: {count: 3, within: 5x}\nentities: {disk: disk}",
            ("schema", 11, 31),
        ),
        (
            "plenty of space left",
            "all quiet",
            ("far-negative", 17, 13),
        ),
        (
            "    - line:\n        component: [kernel]\n        literal: \"no space left on device\"\n        regex: 'no space left on device: (?<disk>\\w+)'",
            "    - fact: {kind: df, where: {use_percent: {ge: 90}}}",
            ("bad-condition", 7, 45),
        ),
        (
            "    - line:\n        component: [kernel]\n        literal: \"no space left on device\"\n        regex: 'no space left on device: (?<disk>\\w+)'",
            "    - fact: {kind: dff}",
            ("unknown-fact", 7, 20),
        ),
        (
            "        regex: 'no space left on device: (?<disk>\\w+)'",
            "        regex: 'no space left on device: (?<disk>\\w+)'\n        where: {disc: {ge: 1}}",
            ("missing-capture", 11, 23),
        ),
        (
            "    - line:\n        component: [kernel]\n        literal: \"no space left on device\"\n        regex: 'no space left on device: (?<disk>\\w+)'",
            "    - fact: {kind: df, where: {mount: {matches: '('}}}",
            ("bad-condition", 7, 39),
        ),
        (
            "    - line:\n        component",
            "    - count: {of: {fact: {kind: df}}}\n    - line:\n        component",
            ("empty-count", 7, 14),
        ),
    ] {
        let found = check(from, to);
        assert!(found.contains(&expected), "{to}: {found:?}");
    }
}

#[test]
fn the_same_id_twice_is_refused() {
    let file = SourceFile {
        name: "a/disk-full.yaml".into(),
        text: GOOD.into(),
    };
    let again = SourceFile {
        name: "b/disk-full.yaml".into(),
        text: GOOD.into(),
    };
    let codes: Vec<_> = files(&[file, again])
        .1
        .into_iter()
        .map(|c| c.code)
        .collect();
    assert_eq!(codes, ["duplicate-id"]);
}

#[test]
fn causes_must_exist_and_never_lead_back() {
    let file = |id: &str, causes: &str| SourceFile {
        name: format!("{id}.yaml"),
        text: GOOD.replacen("disk-full", id, 1) + &format!("causes: [{causes}]\n"),
    };
    let load = |files| SignatureSet::empty().with_files(files).map(|set| set.len());
    assert_eq!(
        load(vec![file("a", "b"), file("b", "")]).expect("a causes b"),
        2
    );
    let unknown = load(vec![file("a", "c")])
        .expect_err("c does not exist")
        .to_string();
    assert!(unknown.contains("error[unknown-cause]"), "{unknown}");
    let cycle = load(vec![file("a", "b"), file("b", "a")])
        .expect_err("a circle")
        .to_string();
    assert!(cycle.contains("error[cause-cycle]"), "{cycle}");
}
