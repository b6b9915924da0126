//! What is too long for the terminal goes through a pager, as `git` and `man` do it.

use std::env;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Stdout, Write, stdout};
use std::process::{Command, Stdio};

use crate::args::PagerArg;
use crate::interrupt;

/// Standard output; what may have to be paged is held until all of it is there.
pub(crate) enum Screen {
    /// As it comes.
    Direct(BufWriter<Stdout>),
    /// Held.
    Held {
        /// What was written.
        text: Vec<u8>,
        /// What shows it if it is long.
        pager: String,
        /// Lines that the terminal has.
        rows: usize,
    },
}

impl Screen {
    /// Standard output as it comes.
    pub(crate) fn direct() -> Self {
        Screen::Direct(BufWriter::new(stdout()))
    }

    /// Standard output for a text to be read.
    pub(crate) fn new(pager: &PagerArg) -> Self {
        let size = terminal_size::terminal_size().filter(|_| stdout().is_terminal());
        match (command(pager), size) {
            (Some(pager), Some((_, rows))) => Screen::Held {
                text: Vec::new(),
                pager,
                rows: usize::from(rows.0),
            },
            _ => Self::direct(),
        }
    }

    /// Shows what was held.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self {
            Screen::Direct(mut out) => out.flush(),
            Screen::Held { text, pager, rows } => {
                // One line is left for the prompt of the shell.
                let is_long = text.iter().filter(|byte| **byte == b'\n').count() >= rows;
                if !(is_long && show(&pager, &text)) {
                    stdout().write_all(&text)?;
                }
                stdout().flush()
            }
        }
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Screen::Direct(out) => out.write(bytes),
            Screen::Held { text, .. } => text.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Screen::Direct(out) => out.flush(),
            Screen::Held { .. } => Ok(()),
        }
    }
}

/// The pager that is asked for, if any.
fn command(pager: &PagerArg) -> Option<String> {
    let command = match pager {
        PagerArg::Never => None,
        PagerArg::Command(command) => Some(command.clone()),
        PagerArg::Auto => Some(env::var("PAGER").unwrap_or_else(|_| "less".to_owned())),
    };
    command.filter(|command| !command.trim().is_empty() && command != "cat")
}

/// Whether the pager was there to show it.
fn show(pager: &str, text: &[u8]) -> bool {
    let (shell, option) = match cfg!(windows) {
        true => ("cmd", "/C"),
        false => ("sh", "-c"),
    };
    let mut command = Command::new(shell);
    command.args([option, pager]).stdin(Stdio::piped());
    // Colours, no more than a screen only if there is more, and the text stays when it ends: what git asks of it.
    if env::var_os("LESS").is_none() {
        command.env("LESS", "FRX");
    }
    // Ctrl-C is for the pager.
    let _deaf = interrupt::deaf();
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    let fed = child.stdin.take().map(|mut stdin| stdin.write_all(text));
    let ended = child.wait().ok().and_then(|status| status.code());
    let was_fed = match fed {
        Some(Ok(())) => true,
        // Who has read enough closes it before the end.
        Some(Err(error)) => error.kind() == ErrorKind::BrokenPipe,
        None => false,
    };
    // What fails may have shown nothing: better the report twice than not at all. `None` of what a signal ended.
    was_fed && ended.is_none_or(|code| code == 0)
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// What a pager was given that writes it into a file.
    fn paged(lines: usize, pager: impl Fn(&str) -> String) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shown");
        let mut screen = Screen::Held {
            text: Vec::new(),
            pager: pager(file.to_str().unwrap()),
            rows: 10,
        };
        screen.write_all("line\n".repeat(lines).as_bytes()).unwrap();
        screen.finish().unwrap();
        std::fs::read_to_string(file).ok()
    }

    #[test]
    fn only_what_is_longer_than_the_terminal_is_paged() {
        let to_file = |file: &str| format!("cat > {file}");
        assert_eq!(paged(10, to_file).unwrap(), "line\n".repeat(10));
        assert_eq!(paged(9, to_file), None);
    }

    #[test]
    fn a_pager_may_end_early_or_not_be_there() {
        let impatient = |file: &str| format!("head -n 1 > {file}");
        assert_eq!(paged(100_000, impatient).unwrap(), "line\n");
        for broken in ["no-such-pager-anywhere", "/", "false"] {
            for text in [&b"text\n".repeat(100_000)[..], b"text\n"] {
                assert!(!show(broken, text), "{broken}");
            }
        }
        assert!(show("true", b"text"));
    }

    #[test]
    fn the_pager_is_the_one_asked_for() {
        assert_eq!(command(&PagerArg::Never), None);
        assert_eq!(command(&PagerArg::Command(" ".to_owned())), None);
        let more = command(&PagerArg::Command("more -s".to_owned()));
        assert_eq!(more.unwrap(), "more -s");
    }
}
