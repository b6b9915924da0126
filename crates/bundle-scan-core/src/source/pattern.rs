//! Path patterns: `var/log/pods/{ns}_{pod}_*/{container}/*.log`.
//!
//! A pattern matches the end of a path, beginning at a segment. `*` stands for any part of a segment, `{name}` too and is
//! captured, `**` as the last segment for anything below. Matching is bounded by the product of the two lengths.

/// What `{name}` parts stood for.
pub type Captured<'p> = Vec<(&'static str, &'p str)>;

/// Matches `path`; on success gives what was captured.
pub fn matches<'p>(pattern: &'static str, path: &'p str) -> Option<Captured<'p>> {
    let below = pattern.strip_suffix("/**");
    let wanted: Vec<&'static str> = below.unwrap_or(pattern).split('/').collect();
    let segments: Vec<&str> = path.split('/').collect();
    if below.is_some() {
        let starts = 0..segments.len().saturating_sub(wanted.len());
        return starts
            .into_iter()
            .find_map(|start| all(&wanted, segments.get(start..start + wanted.len())?));
    }
    all(
        &wanted,
        segments.get(segments.len().checked_sub(wanted.len())?..)?,
    )
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

fn all<'p>(wanted: &[&'static str], segments: &[&'p str]) -> Option<Captured<'p>> {
    let mut captured = Vec::new();
    // The last segment tells most patterns apart, so it is looked at first.
    for (pattern, segment) in wanted.iter().zip(segments).rev() {
        segment_matches(pattern, segment, &mut captured)?;
    }
    Some(captured)
}

fn segment_matches<'p>(
    pattern: &'static str,
    text: &'p str,
    captured: &mut Captured<'p>,
) -> Option<()> {
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
        let mut found = matches(pattern, path);
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
    fn literal_characters_make_a_pattern_exact() {
        assert!(weight("sos_commands/*/journalctl_*") > weight("journalctl*"));
        assert!(weight("dmesg*") > weight("sos_commands/**"));
        assert_eq!(weight("{ns}/*.log"), weight("/*.log"));
    }
}
