use proptest::prelude::*;

use super::*;

/// The sections and joined plain lines of a text that is fed in parts, the place of a cut being a line.
fn pieces(path: &str, text: &str, cuts: &[usize]) -> Vec<(String, String)> {
    let mut reader = Reader::new(&MemberPath::new(path));
    let mut found: Vec<(String, String)> = Vec::new();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut from = 0;
    let ends = cuts
        .iter()
        .map(|cut| cut % (lines.len() + 1))
        .chain([lines.len()]);
    for end in ends {
        let part = lines.get(from..end).unwrap_or_default().concat();
        reader.feed(part.as_bytes(), &mut |piece| {
            add(&mut found, part.as_bytes(), &piece)
        });
        from = from.max(end);
    }
    reader.finish(&mut |piece| add(&mut found, b"", &piece));
    found
}

/// Plain pieces next to each other are one.
fn add(found: &mut Vec<(String, String)>, fed: &[u8], piece: &Piece<'_>) {
    let (form, bytes) = match piece {
        Piece::Lines(range) => ("lines".to_owned(), &fed[range.clone()]),
        Piece::Section { form, bytes, .. } => (named(*form), *bytes),
    };
    let text = String::from_utf8_lossy(bytes).into_owned();
    match found.last_mut() {
        Some((last, known)) if *last == form && form == "lines" => known.push_str(&text),
        _ => found.push((form, text)),
    }
}

fn named(form: Form<'_>) -> String {
    match form {
        Form::Plain => "lines".to_owned(),
        Form::Json { list_kind } => format!("json {}", list_kind.unwrap_or("-")),
        Form::Yaml => "yaml".to_owned(),
        Form::Text { parser, .. } => parser.id().to_owned(),
    }
}

fn check(text: &str, expected: &[(&str, &str)]) {
    let found = pieces("upload.txt", text, &[]);
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|(form, text)| (form.as_str(), text.as_str()))
        .collect();
    assert_eq!(found, expected, "{text}");
}

const TABLE: &str =
    "NAME    READY   STATUS    RESTARTS   AGE\nweb-0   1/1     Running   0          3d4h\n";
const DESCRIBE: &str = "Name:         web-0\nNamespace:    shop\n\nEvents:       <none>\n";

#[test]
fn what_lies_between_sections_stays_lines() {
    check(
        &format!("# kubectl get pods\n{TABLE}\nthe end\n"),
        &[
            ("lines", "# kubectl get pods\n"),
            ("kubectl-get", TABLE),
            ("lines", "\nthe end\n"),
        ],
    );
    check(
        &format!("{DESCRIBE}[root@n1 ~]# date\n"),
        &[("describe", DESCRIBE), ("lines", "[root@n1 ~]# date\n")],
    );
}

#[test]
fn an_indented_section_ends_where_the_margin_does() {
    let indented: String = DESCRIBE
        .lines()
        .map(|line| format!("   {line}\n"))
        .collect();
    check(
        &format!("1. See the pod:\n{indented}2. Go on.\n"),
        &[
            ("lines", "1. See the pod:\n"),
            ("describe", &indented),
            ("lines", "2. Go on.\n"),
        ],
    );
    check(
        &format!("{indented}{indented}"),
        &[("describe", &indented), ("describe", &indented)],
    );
}

#[test]
fn lists_are_told_item_by_item() {
    check(
        "{\"kind\": \"PodList\", \"items\": [{\"a\": 1}, {\"b\": 2}]}\nnext\n",
        &[
            ("lines", "{\"kind\": \"PodList\", \"items\": ["),
            ("json PodList", "{\"a\": 1}"),
            ("lines", ", "),
            ("json PodList", "{\"b\": 2}"),
            ("lines", "]}\nnext\n"),
        ],
    );
    check(
        "apiVersion: v1\nitems:\n- kind: Pod\n  spec: {}\n- kind: Pod\nkind: List\n---\nkind: Node\n",
        &[
            ("yaml", "apiVersion: v1\nitems:\n"),
            ("yaml", "- kind: Pod\n  spec: {}\n"),
            ("yaml", "- kind: Pod\n"),
            ("yaml", "kind: List\n"),
            ("yaml", "---\nkind: Node\n"),
        ],
    );
}

#[test]
fn a_long_table_comes_in_parts_with_one_header() {
    let row = "web-0   1/1     Running   0          3d4h\n";
    let text = format!("{TABLE}{}", row.repeat(2 * TABLE_BYTES / row.len()));
    let mut headers = Vec::new();
    let mut reader = Reader::new(&MemberPath::new("pods"));
    let mut note = |piece: Piece<'_>| {
        if let Piece::Section {
            form: Form::Text { header, .. },
            ..
        } = piece
        {
            headers.push(header.to_owned());
        }
    };
    reader.feed(text.as_bytes(), &mut note);
    reader.finish(&mut note);
    assert!(headers.len() >= 2);
    assert!(headers.iter().all(|header| header.starts_with("NAME ")));
}

#[test]
fn what_outgrows_the_limit_is_lines_only() {
    let text = format!(
        "{{\"kind\": \"Pod\", \"a\": \"{}\"}}\n{TABLE}",
        "x".repeat(MAX_SECTION_BYTES)
    );
    let mut reader = Reader::new(&MemberPath::new("a.json"));
    let mut forms = Vec::new();
    let mut note = |piece: Piece<'_>| match piece {
        Piece::Lines(_) => {}
        Piece::Section { form, .. } => forms.push(named(form)),
    };
    reader.feed(text.as_bytes(), &mut note);
    reader.finish(&mut note);
    assert!(reader.had_oversize());
    assert_eq!(forms, ["lines", "kubectl-get"]);
}

#[test]
fn a_json_text_that_ends_early_is_told() {
    let mut reader = Reader::new(&MemberPath::new("a.json"));
    reader.feed(b"{\"items\": [{\"a\": 1},", &mut |_| {});
    reader.finish(&mut |_| {});
    assert!(reader.ended_early());
}

proptest! {
    #[test]
    fn every_byte_is_told_once_and_in_order_wherever_blocks_end(
        parts in proptest::collection::vec(
            prop::sample::select(vec![
                TABLE, DESCRIBE, "prose\n", "\n", "{\"items\": [\n{\"a\": [1, \"}\"]},\n {}]}\n", "{\n", "items:\n- a: 1\n  b: 2\n- c\n",
                "kind: Pod\n", "---\n", "Filesystem 1K-blocks Used Available Use% Mounted on\n", "/dev/vda1 100 50 50 50% /\n",
                "net.ipv4.ip_forward = 1\n", "}\n", "[root@n1 ~]# ls\n", "no line end",
            ]),
            0..12,
        ),
        cuts in proptest::collection::vec(0usize..40, 0..6),
    ) {
        let text = parts.concat();
        let whole = pieces("m", &text, &[]);
        let joined: String = whole.iter().map(|(_, text)| text.as_str()).collect();
        prop_assert_eq!(&joined, &text);
        let mut cuts = cuts;
        cuts.sort_unstable();
        prop_assert_eq!(pieces("m", &text, &cuts), whole);
    }
}
