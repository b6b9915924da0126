//! Turns indented `Key:  value` text into lines that know what is nested under them.
//!
//! ```text
//! Containers:                    key, below: 2
//!   app:                         key, below: 1
//!     State:          Waiting    key and value
//! ```
//!
//! Blanks and tabs both indent; a tab leads to the next multiple of eight, because old releases pad with tabs. A
//! full-width colon ends a key too. Lines without a key are kept as text (rows of tables, labels, arguments). The
//! text of a `Message:` may hold line breaks, and kubectl does not indent what follows them: such lines belong to the
//! value of the message, not to the outline. Does not know any object; does not read the events (`events`).
//! Source: `prefixWriter` and `tabbedString` of k8s.io/kubectl `pkg/describe/describe.go`.

use super::columns;
use crate::fact::section::Section;

/// One line that is not blank.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// The column where its text begins, from the margin of the section.
    pub(super) indent: usize,
    /// What stands before the first colon that ends a word; empty if there is none.
    pub(super) key: &'a str,
    /// What follows the colon, trimmed; of a `Message:` with all its lines.
    pub(super) value: &'a str,
    /// The whole line, trimmed.
    pub(super) text: &'a str,
    /// How many lines after it are nested under it.
    below: usize,
}

/// A line and what is nested under it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'o, 'a> {
    /// The line.
    pub(super) line: &'o Line<'a>,
    /// All lines below it, at any depth.
    pub(super) below: &'o [Line<'a>],
}

impl<'o, 'a> Node<'o, 'a> {
    /// The nested entry with this key.
    pub(super) fn child(self, key: &str) -> Option<Node<'o, 'a>> {
        find(self.below, key)
    }

    /// The value, and then each line below it: one label, toleration or argument a line. `<none>` is left out.
    pub(super) fn values(self) -> impl Iterator<Item = &'a str> {
        std::iter::once(self.line.value)
            .chain(self.below.iter().map(|line| line.text))
            .filter(|text| !is_nothing(text))
    }
}

/// Whether a value says that there is nothing.
pub(super) fn is_nothing(text: &str) -> bool {
    matches!(text, "" | "<none>" | "<unset>" | "<nil>")
}

/// The outermost of these lines, each with what is below it.
pub(super) fn nodes<'o, 'a>(lines: &'o [Line<'a>]) -> impl Iterator<Item = Node<'o, 'a>> {
    let mut rest = lines;
    std::iter::from_fn(move || {
        let (line, after) = rest.split_first()?;
        let (below, next) = after.split_at_checked(line.below).unwrap_or((after, &[]));
        rest = next;
        Some(Node { line, below })
    })
}

/// The first of the outermost lines with this key.
pub(super) fn find<'o, 'a>(lines: &'o [Line<'a>], key: &str) -> Option<Node<'o, 'a>> {
    nodes(lines).find(|node| node.line.key.eq_ignore_ascii_case(key))
}

/// The outline of `text`, a part of the section.
pub(super) fn read<'a>(section: &Section<'a>, text: &'a str) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> = Vec::new();
    let mut in_message = false;
    for raw in text.lines() {
        let line = line(section.unindented(raw));
        if line.text.is_empty() {
            continue;
        }
        match lines.last_mut().filter(|_| in_message) {
            Some(message) if !ends_message(message, &line) => run_on(section, message, line.text),
            _ => {
                in_message = line.key == "Message";
                lines.push(line);
            }
        }
    }
    count_below(&mut lines);
    lines
}

fn line(raw: &str) -> Line<'_> {
    let text = raw.trim();
    let before = raw.len() - raw.trim_start().len();
    let (key, value) = split_key(text).unwrap_or(("", text));
    Line {
        indent: columns::advance(0, raw.get(..before).unwrap_or("")),
        key,
        value,
        text,
        below: 0,
    }
}

/// Cuts at the first colon that a blank or the end follows, or at a full-width colon.
pub(super) fn split_key(text: &str) -> Option<(&str, &str)> {
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let ends_word = rest.peek().is_none_or(|(_, next)| next.is_whitespace());
        if c == '：' || (c == ':' && ends_word) {
            let value = text.get(at + c.len_utf8()..)?;
            return Some((text.get(..at)?.trim_end(), value.trim()));
        }
    }
    None
}

/// Lets the value of a message reach to the end of a later line.
fn run_on<'a>(section: &Section<'a>, message: &mut Line<'a>, text: &'a str) {
    let start = section.at(message.value);
    let end = section.at(text) + text.len();
    message.value = section.text.get(start..end).unwrap_or(message.value);
}

/// What may stand at the left margin after a message of an object. A message is free text, with colons of its own, so
/// only known titles end it there.
const TITLES_AFTER_MESSAGE: &[&str] = &[
    "Conditions",
    "Containers",
    "Controlled By",
    "Controllers",
    "Created By",
    "Ephemeral Containers",
    "IP",
    "IPs",
    "Init Containers",
    "Metadata",
    "Node-Selectors",
    "NominatedNodeName",
    "QoS Class",
    "QoS Tier",
    "Readiness Gates",
    "Resources",
    "SeccompProfile",
    "Source",
    "Spec",
    "Status",
    "Tolerations",
    "Volumes",
];

/// Whether a line after a message is an entry of the outline again: as far to the left as the message or further, and
/// with a key as kubectl writes and pads it.
fn ends_message(message: &Line<'_>, line: &Line<'_>) -> bool {
    if line.key.is_empty() || line.indent > message.indent {
        return false;
    }
    if line.indent == 0 {
        return TITLES_AFTER_MESSAGE.contains(&line.key);
    }
    let between = line.text.len() - line.key.len() - line.value.len();
    let padded = line.value.is_empty() || between > 2 || line.text.contains('\t');
    let is_title = |c: char| c.is_ascii_alphanumeric() || " -_./".contains(c);
    padded
        && line.key.starts_with(|c: char| c.is_ascii_uppercase())
        && line.key.chars().all(is_title)
}

/// Counts for each line how many of the following are indented further, in one pass.
fn count_below(lines: &mut [Line<'_>]) {
    let mut open: Vec<(usize, usize)> = Vec::new();
    let indents: Vec<usize> = lines.iter().map(|line| line.indent).collect();
    for (index, indent) in indents.iter().copied().enumerate() {
        while let Some((parent, _)) = open.pop_if(|(_, outer)| *outer >= indent) {
            close(lines, parent, index);
        }
        open.push((index, indent));
    }
    for (parent, _) in open {
        let end = lines.len();
        close(lines, parent, end);
    }
}

fn close(lines: &mut [Line<'_>], parent: usize, end: usize) {
    if let Some(line) = lines.get_mut(parent) {
        line.below = end - parent - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::describe::testing::section;

    /// `key|value` a line, nested as the outline sees it.
    fn drawn(lines: &[Line<'_>], depth: usize) -> Vec<String> {
        nodes(lines)
            .flat_map(|node| {
                let line = format!("{}{}|{}", ".".repeat(depth), node.line.key, node.line.value);
                std::iter::once(line).chain(drawn(node.below, depth + 1))
            })
            .collect()
    }

    fn check(text: &str, expected: &[&str]) {
        let path = crate::base::member_path::MemberPath::new("m");
        let section = section(&path, text, false);
        assert_eq!(drawn(&read(&section, text), 0), expected, "{text}");
    }

    #[test]
    fn indentation_nests_whatever_its_width() {
        check(
            "Capacity:\n cpu:\t\t2\n\n memory:\t4Gi\r\nLabels:\t\ta=b\n\t\tc=d\nStatus：Running\n",
            &[
                "Capacity|",
                ".cpu|2",
                ".memory|4Gi",
                "Labels|a=b",
                ".|c=d",
                "Status|Running",
            ],
        );
    }

    #[test]
    fn a_colon_inside_a_word_is_no_key() {
        check(
            "  f:metadata:\n    Image:  reg.example:5000/a:1\n    web:80 (<none>)\n",
            &[
                "f:metadata|",
                ".Image|reg.example:5000/a:1",
                ".|web:80 (<none>)",
            ],
        );
    }

    #[test]
    fn lines_of_a_message_do_not_disturb_the_outline() {
        check(
            "Containers:\n  app:\n    Last State:  Terminated\n      Message:   boom: here\nerror: at\n\tx.go:1 +0x1\n\n  \
             \"a\": \"b\",\n      note: one\n      Exit Code:  2\n    Ready:       False\nVolumes:  <none>\n",
            &[
                "Containers|",
                ".app|",
                "..Last State|Terminated",
                "...Message|boom: here\nerror: at\n\tx.go:1 +0x1\n\n  \"a\": \"b\",\n      note: one",
                "...Exit Code|2",
                "..Ready|False",
                "Volumes|<none>",
            ],
        );
    }

    #[test]
    fn a_message_of_the_object_ends_at_a_known_title() {
        check(
            "Message:  low on memory.\nDetails: none\nIP:  10.0.0.1\n",
            &["Message|low on memory.\nDetails: none", "IP|10.0.0.1"],
        );
    }
}
