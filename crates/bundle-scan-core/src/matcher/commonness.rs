//! How common stretches of six bytes are in logs: the prefilter searches for the rarest part of each anchor.
//!
//! `common_windows.txt` holds all that make up more than eight in a million of the positions, in lines of nine bytes, sorted: the
//! stretch, case ignored as in `matcher::qgram`, a blank, and a letter for how often: `d` stands for 8 to 16 in a million, each
//! further one for twice as much. Source: counted in 38 MB of text, the kinds of text with about the same weight: journals, syslog, pod logs,
//! outputs of commands and objects of several clusters, and generated lines of syslog, kubelet and API server.

static COMMON: &[u8] = include_bytes!("common_windows.txt");

/// Bytes of a line.
const LINE: usize = 9;
/// Bytes of a stretch.
pub(super) const WINDOW: usize = 6;
/// What is assumed of a stretch that is not listed.
const RARE: f64 = 4.0;

/// The list, ready to be asked tens of thousands of times at every start.
pub(super) struct Commonness {
    lines: &'static [[u8; LINE]],
    /// For each pair of bytes where the lines begin that begin with it; one more marks the end.
    starts: Vec<u32>,
}

impl Commonness {
    pub(super) fn new() -> Self {
        let (lines, _) = COMMON.as_chunks();
        let mut starts = vec![0; PAIRS + 1];
        for line in lines {
            starts[pair(line) + 1] += 1;
        }
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        Commonness { lines, starts }
    }

    /// About how often a stretch begins among a million positions.
    pub(super) fn per_million(&self, window: [u8; WINDOW]) -> f64 {
        let written = window.map(|byte| match byte | 0x20 {
            0x7f => b'_',
            folded => folded,
        });
        let pair = pair(&written);
        let lines = &self.lines[self.starts[pair] as usize..self.starts[pair + 1] as usize];
        match lines.binary_search_by(|line| line[..WINDOW].cmp(&written)) {
            Ok(found) => f64::from(lines[found][LINE - 2] - b'a').exp2(),
            Err(_) => RARE,
        }
    }
}

/// Pairs of bytes.
const PAIRS: usize = 1 << 16;

/// The number of the pair that a stretch begins with.
fn pair(stretch: &[u8]) -> usize {
    match stretch {
        [first, second, ..] => usize::from(*first) << 8 | usize::from(*second),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_whole() {
        let (lines, rest) = COMMON.as_chunks::<LINE>();
        assert!(rest.is_empty());
        assert!(lines.is_sorted_by(|a, b| a[..WINDOW] < b[..WINDOW]));
        for line in lines {
            assert_eq!((line[6], line[8]), (b' ', b'\n'));
            assert!((b'd'..=b'z').contains(&line[7]));
        }
    }

    #[test]
    fn common_stretches_are_told_from_rare_ones() {
        let commonness = Commonness::new();
        let per_million = |stretch: &[u8; WINDOW]| commonness.per_million(*stretch);
        assert!(per_million(b" error") > RARE);
        assert_eq!(per_million(b" ERROR"), per_million(b" error"));
        assert_eq!(per_million(b"qzxjvw"), RARE);
        // An underscore is another character with the bit that letters ignore case by.
        assert!(per_million(b"_addit") > RARE);
    }
}
