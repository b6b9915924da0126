//! Path patterns: `var/log/pods/{ns}_{pod}_*/{container}/*.log`.
//!
//! A pattern matches the end of a path, beginning at a segment. `*` stands for any part of a segment, `{name}` too and is
//! captured, `**` as the last segment for anything below. Matching is bounded by the product of the two lengths.

use foldhash::HashMap;

/// What `{name}` parts stood for.
pub type Captured<'p> = Vec<(&'p str, &'p str)>;

/// Patterns that are asked together, each with what it stands for. A bundle may have many thousands of members, and most match none.
#[derive(Debug)]
pub struct Patterns<T> {
    all: Vec<(Pattern, T)>,
    /// Places in `all` of those that end with this very segment.
    by_name: HashMap<Box<str>, Vec<usize>>,
    /// Places in `all` of the others.
    others: Vec<usize>,
}

impl<T> Default for Patterns<T> {
    fn default() -> Self {
        Patterns::new([].into_iter())
    }
}

impl<T> Patterns<T> {
    /// Takes patterns, the preferred ones first.
    pub fn new<'a>(patterns: impl Iterator<Item = (&'a str, T)>) -> Self {
        let parsed = patterns.map(|(pattern, of)| (Pattern::new(pattern), of));
        let all: Vec<(Pattern, T)> = parsed.collect();
        let (mut by_name, mut others) = (HashMap::<_, Vec<usize>>::default(), Vec::new());
        for (place, (pattern, _)) in all.iter().enumerate() {
            match pattern.name() {
                Some(name) => by_name.entry(name.into()).or_default().push(place),
                None => others.push(place),
            }
        }
        Patterns {
            all,
            by_name,
            others,
        }
    }

    /// What the first pattern that matches stands for, with what it captured.
    pub fn find<'p>(&'p self, path: &'p str) -> Option<(&'p T, Captured<'p>)> {
        if self.all.is_empty() {
            return None;
        }
        let segments: Vec<&str> = path.split('/').collect();
        let named = self.by_name.get(*segments.last()?);
        let first = |places: &[usize]| {
            let mut places = places.iter().copied();
            places.find_map(|place| Some((place, self.all.get(place)?.0.matches(&segments)?)))
        };
        let found = [named.and_then(|places| first(places)), first(&self.others)];
        let (place, captured) = found
            .into_iter()
            .flatten()
            .min_by_key(|(place, _)| *place)?;
        self.all.get(place).map(|(_, of)| (of, captured))
    }
}

/// What is wrong with a pattern that somebody else wrote, if anything is; `names` are those that it may capture.
///
/// # Errors
/// What is wrong, in words that follow the pattern.
pub fn check(pattern: &str, names: &[&str]) -> Result<(), String> {
    let segments: Vec<&str> = pattern.split('/').collect();
    let (last, others) = segments.split_last().unwrap_or((&"", &[]));
    if segments
        .iter()
        .any(|segment| matches!(*segment, "" | "." | ".."))
    {
        return Err("has a segment that is empty, `.` or `..`".to_owned());
    }
    if others.iter().any(|segment| segment.contains("**")) || (last.contains("**") && *last != "**")
    {
        return Err("has `**` elsewhere than as its last segment".to_owned());
    }
    if segments == ["**"] {
        return Err("names no folder".to_owned());
    }
    for segment in segments {
        let mut rest = segment;
        while let Some((_, open)) = rest.split_once('{') {
            let Some((name, after)) = open.split_once('}') else {
                return Err("has a `{` without `}` in the same segment".to_owned());
            };
            if !names.contains(&name) {
                let names = names.join("}`, `{");
                return Err(format!(
                    "captures `{{{name}}}`: only `{{{names}}}` mean something"
                ));
            }
            rest = after;
        }
    }
    Ok(())
}

/// A pattern, taken apart.
#[derive(Debug)]
struct Pattern {
    segments: Vec<Segment>,
    /// Whether it stands for all that lies below.
    is_above: bool,
}

/// A pattern of a segment.
#[derive(Debug)]
struct Segment {
    whole: Box<str>,
    /// Bytes of what a segment must begin with, and where that begins which it must end with.
    ends: (usize, usize),
    is_literal: bool,
}

impl Pattern {
    fn new(pattern: &str) -> Self {
        let below = pattern.strip_suffix("/**");
        Pattern {
            segments: below
                .unwrap_or(pattern)
                .split('/')
                .map(Segment::new)
                .collect(),
            is_above: below.is_some(),
        }
    }

    /// The last segment, if there is one and nothing in it may differ.
    fn name(&self) -> Option<&str> {
        let last = self.segments.last()?;
        (last.is_literal && !self.is_above).then_some(&*last.whole)
    }

    fn matches<'p>(&'p self, path: &[&'p str]) -> Option<Captured<'p>> {
        let count = self.segments.len();
        let last = path.len().checked_sub(count)?;
        let mut starts = match self.is_above {
            true => 0..last,
            false => last..last + 1,
        };
        starts.find_map(|start| self.all(path.get(start..start + count)?))
    }

    fn all<'p>(&'p self, path: &[&'p str]) -> Option<Captured<'p>> {
        let mut captured = Vec::new();
        // The last segment tells most patterns apart, so it is looked at first.
        for (wanted, segment) in self.segments.iter().zip(path).rev() {
            wanted.matches(segment, &mut captured)?;
        }
        Some(captured)
    }
}

impl Segment {
    fn new(whole: &str) -> Self {
        let start = whole.find(['*', '{']);
        let end = whole.rfind(['*', '}']).map_or(0, |at| at + 1);
        Segment {
            whole: whole.into(),
            ends: (start.unwrap_or(whole.len()), end),
            is_literal: start.is_none(),
        }
    }

    fn matches<'p>(&'p self, text: &'p str, captured: &mut Captured<'p>) -> Option<()> {
        if self.is_literal {
            return (*self.whole == *text).then_some(());
        }
        let (start, end) = (&self.whole[..self.ends.0], &self.whole[self.ends.1..]);
        (text.starts_with(start) && text.ends_with(end)).then_some(())?;
        segment_matches(&self.whole, text, captured)
    }
}

/// How exact a pattern is: its literal characters. One that names a file is more exact than any that takes whatever lies
/// below a folder.
pub fn weight(pattern: &str) -> usize {
    const NAMES_A_FILE: usize = 1_000;
    let mut depth = 0_usize;
    let mut literal = if pattern.ends_with("/**") {
        0
    } else {
        NAMES_A_FILE
    };
    for c in pattern.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '*' => {}
            _ if depth == 0 => literal += 1,
            _ => {}
        }
    }
    literal
}

fn segment_matches<'p>(pattern: &'p str, text: &'p str, captured: &mut Captured<'p>) -> Option<()> {
    let Some(at) = pattern.find(['*', '{']) else {
        return (pattern == text).then_some(());
    };
    let rest_of_text = text.strip_prefix(&pattern[..at])?;
    let (name, rest) = match pattern[at..]
        .strip_prefix('{')
        .and_then(|open| open.split_once('}'))
    {
        Some((name, rest)) => (Some(name), rest),
        None => (None, &pattern[at + 1..]),
    };
    let least = usize::from(name.is_some());
    let ends = rest_of_text
        .char_indices()
        .map(|(end, _)| end)
        .chain([rest_of_text.len()]);
    // The shortest part that lets the rest match; a part that is last takes everything.
    let known = captured.len();
    for end in ends.filter(|end| *end >= least) {
        if rest.is_empty() && end != rest_of_text.len() {
            continue;
        }
        if segment_matches(rest, &rest_of_text[end..], captured).is_some() {
            captured.extend(name.map(|name| (name, &rest_of_text[..end])));
            return Some(());
        }
        captured.truncate(known);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &'static str, path: &str, expected: Option<&[(&str, &str)]>) {
        let patterns = Patterns::new([(pattern, ())].into_iter());
        let mut found = patterns.find(path).map(|(_, captured)| captured);
        if let Some(captured) = &mut found {
            captured.sort_unstable();
        }
        assert_eq!(found.as_deref(), expected, "{pattern} on {path}");
    }

    #[test]
    fn patterns_match_the_end_of_a_path() {
        check("kubelet.log", "var/log/kubelet.log", Some(&[]));
        check("kubelet.log", "var/log/my-kubelet.log", None);
        check(
            "journalctl_*kubelet*",
            "sos/journalctl_--unit_kubelet",
            Some(&[]),
        );
        check("etc/**", "host/etc/a/b.conf", Some(&[]));
        check("etc/**", "host/etc", None);
        check("a/b", "b", None);
        check(
            "pods/{ns}_{pod}_*/{container}/*.log",
            "var/log/pods/shop_web-0_1f2e/app/0.log",
            Some(&[("container", "app"), ("ns", "shop"), ("pod", "web-0")]),
        );
    }

    #[test]
    fn the_first_of_several_patterns_counts() {
        let patterns = ["b/x.log", "*.log", "a/**", "x.log", "{what}"];
        let patterns = Patterns::new(patterns.into_iter().zip(0..));
        let of = |path| patterns.find(path).map(|(place, _)| *place);
        assert_eq!(of("a/b/x.log"), Some(0));
        assert_eq!(of("x.log"), Some(1));
        assert_eq!(of("a/c/y.txt"), Some(2));
        assert_eq!(of("y.txt"), Some(4));
    }

    #[test]
    fn a_pattern_that_cannot_be_meant_is_refused() {
        for pattern in ["x.log", "a/{host}/*.log", "a/**"] {
            assert_eq!(super::check(pattern, &["host"]), Ok(()));
        }
        for pattern in [
            "", "/a", "a/../b", "**", "a/**/b", "a/**.log", "{host", "{hots}/a",
        ] {
            assert!(super::check(pattern, &["host"]).is_err(), "{pattern}");
        }
    }

    #[test]
    fn literal_characters_make_a_pattern_exact() {
        assert!(weight("sos_commands/*/journalctl_*") > weight("journalctl*"));
        assert!(weight("dmesg*") > weight("sos_commands/**"));
        assert_eq!(weight("{ns}/*.log"), weight("/*.log"));
    }
}
