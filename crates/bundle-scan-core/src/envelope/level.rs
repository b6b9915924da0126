//! The severity word of a line, whatever way a program writes it.
//! Does not say how bad a problem is: that is `base::severity`, decided by a signature.
//! Source: RFC 5424 section 6.2.1 for priorities; logrus `Level`, zap `zapcore.Level`, Python `logging` and log4j for
//! the words.

/// Severity word of a log line. Ordered from least to most severe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Debug and trace output.
    Debug,
    /// Normal operation.
    Info,
    /// Normal but significant.
    Notice,
    /// Something is off.
    Warning,
    /// Something failed.
    Error,
    /// Critical, alert, emergency, fatal, panic.
    Critical,
}

impl Level {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Notice => "notice",
            Level::Warning => "warning",
            Level::Error => "error",
            Level::Critical => "critical",
        }
    }

    /// The level that a word such as `WARN`, `err` or `FATA` stands for, in any case.
    pub fn from_word(word: &[u8]) -> Option<Level> {
        WORDS
            .iter()
            .find(|(known, _)| word.eq_ignore_ascii_case(known.as_bytes()))
            .map(|(_, level)| *level)
    }

    /// The level of a syslog priority: facility times 8 plus severity, severity 0 being the worst.
    pub(super) fn from_priority(priority: i64) -> Level {
        match priority.rem_euclid(8) {
            0..=2 => Level::Critical,
            3 => Level::Error,
            4 => Level::Warning,
            5 => Level::Notice,
            6 => Level::Info,
            _ => Level::Debug,
        }
    }
}

/// Sorted by word.
const WORDS: [(&str, Level); 25] = [
    ("alert", Level::Critical),
    ("crit", Level::Critical),
    ("critical", Level::Critical),
    ("debu", Level::Debug),
    ("debug", Level::Debug),
    ("dpanic", Level::Critical),
    ("emerg", Level::Critical),
    ("emergency", Level::Critical),
    ("err", Level::Error),
    ("erro", Level::Error),
    ("error", Level::Error),
    ("fata", Level::Critical),
    ("fatal", Level::Critical),
    ("info", Level::Info),
    ("information", Level::Info),
    ("notice", Level::Notice),
    ("pani", Level::Critical),
    ("panic", Level::Critical),
    ("severe", Level::Error),
    ("trac", Level::Debug),
    ("trace", Level::Debug),
    ("verbose", Level::Debug),
    ("warn", Level::Warning),
    ("warning", Level::Warning),
    ("wrn", Level::Warning),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted_and_known_in_any_case() {
        assert!(WORDS.is_sorted_by_key(|(word, _)| *word));
        assert_eq!(Level::from_word(b"WaRn"), Some(Level::Warning));
        assert_eq!(Level::from_word(b"warned"), None);
    }

    #[test]
    fn every_level_is_its_own_word() {
        for level in [
            Level::Debug,
            Level::Info,
            Level::Notice,
            Level::Warning,
            Level::Error,
            Level::Critical,
        ] {
            assert_eq!(Level::from_word(level.as_str().as_bytes()), Some(level));
        }
    }
}
