//! What an exit code says by itself, whoever ended with it. Source: POSIX.1-2017 2.8.2, signal(7) for Linux on x86 and ARM.

/// The signals of Linux that end a process, by number; their places are 1, 2, 3 ...
const SIGNALS: [&str; 31] = [
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGBUS",
    "SIGFPE",
    "SIGKILL",
    "SIGUSR1",
    "SIGSEGV",
    "SIGUSR2",
    "SIGPIPE",
    "SIGALRM",
    "SIGTERM",
    "SIGSTKFLT",
    "SIGCHLD",
    "SIGCONT",
    "SIGSTOP",
    "SIGTSTP",
    "SIGTTIN",
    "SIGTTOU",
    "SIGURG",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGVTALRM",
    "SIGPROF",
    "SIGWINCH",
    "SIGIO",
    "SIGPWR",
    "SIGSYS",
];

/// An exit code as somebody read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExitCode {
    /// As it was written; a program may ask for any number.
    pub written: i64,
    /// What the system makes of it: the lowest eight bits.
    pub told: u8,
}

impl ExitCode {
    /// Reads `137`, `exit code 137`, `exitCode: 137`, `exit status 1`.
    pub fn read(text: &str) -> Option<Self> {
        let words = text
            .trim_start_matches(|c: char| c.is_ascii_alphabetic() || [' ', '_', '-'].contains(&c));
        // A minus belongs to the number.
        let start = text.len() - words.len();
        let sign = text[..start].ends_with('-');
        let name: String = text[..start]
            .chars()
            .filter(char::is_ascii_alphabetic)
            .collect();
        let names = [
            "",
            "code",
            "exit",
            "exitcode",
            "exitedwithcode",
            "exitstatus",
            "status",
        ];
        if !names.contains(&name.to_ascii_lowercase().as_str()) {
            return None;
        }
        let digits = words
            .trim_start_matches([':', '=', ' ', '"'])
            .trim_end_matches('"');
        let (sign, digits) = match digits.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (sign, digits),
        };
        if digits.is_empty() || digits.len() > 10 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number: i64 = digits.parse().ok()?;
        let written = if sign { -number } else { number };
        // A larger number alone is something else: of HTTP, of an error, of a port.
        if name.is_empty() && !(-256..=255).contains(&written) {
            return None;
        }
        Some(ExitCode {
            written,
            told: written.rem_euclid(256) as u8,
        })
    }

    /// The signal that ended the process, if the code stands for one.
    pub fn signal(self) -> Option<&'static str> {
        let number = self.told.checked_sub(129)?;
        SIGNALS.get(usize::from(number)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_in_every_way_they_are_written() {
        for (text, written, told, signal) in [
            ("137", 137, 137, Some("SIGKILL")),
            ("exit code 139", 139, 139, Some("SIGSEGV")),
            ("exitCode: 143", 143, 143, Some("SIGTERM")),
            ("exit status 1", 1, 1, None),
            ("Exit Code: 256", 256, 0, None),
            ("-1", -1, 255, None),
            ("exit code -1", -1, 255, None),
            ("128", 128, 128, None),
        ] {
            let code = ExitCode::read(text).expect(text);
            assert_eq!(
                (code.written, code.told, code.signal()),
                (written, told, signal),
                "{text}"
            );
        }
        for text in ["E4007", "Ecs.0314", "137 pods", "", "exit", "12345678901"] {
            assert_eq!(ExitCode::read(text), None, "{text}");
        }
    }
}
