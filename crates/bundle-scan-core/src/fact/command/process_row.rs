//! Takes the rows of `ps` and `top` apart, and finds the name of a program in its command line.
//!
//! ```text
//! 0  1000    77     1  20   0   4096  2048 wait   R+   pts/0      0:00  \_ -bash
//! ```
//!
//! Cells are words, of which none is ever empty; only the command and a full date hold blanks. Source: procps
//! `src/ps/output.c` (`format_array`, `forest_helper`), `src/top/top.c` (`Fieldstab`).

use crate::fact::section::Section;

use super::listing::{self, Titles};

/// The fields of a process by the titles of `ps` and `top`.
pub(super) const TITLES: &Titles = &[
    ("PID", "pid"),
    ("PPID", "ppid"),
    ("USER", "user"),
    ("UID", "user"),
    ("EUSER", "user"),
    ("RUSER", "user"),
    ("%CPU", "cpu_percent"),
    // Of `-f` and `-l`: a whole percentage.
    ("C", "cpu_percent"),
    ("%MEM", "memory_percent"),
    ("RSS", "rss"),
    ("RSZ", "rss"),
    ("RES", "rss"),
    ("VSZ", "vsz"),
    ("VIRT", "vsz"),
    ("STAT", "state"),
    ("S", "state"),
    ("START", "started"),
    ("STARTED", "started"),
    ("STIME", "started"),
    ("TIME", "cpu_time"),
    ("TIME+", "cpu_time"),
    ("ELAPSED", "elapsed"),
    ("COMMAND", "command"),
    ("CMD", "command"),
    // `top` in Chinese.
    ("进程号", "pid"),
    ("虚拟", "vsz"),
    ("驻留", "rss"),
    ("时间+", "cpu_time"),
    ("命令", "command"),
];

/// No list has more columns.
const MAX_COLUMNS: usize = 40;

/// The columns of a header.
pub(super) struct Columns<'h> {
    pub(super) titles: Vec<&'h str>,
    /// Which of them is the command: it may hold blanks.
    pub(super) command: usize,
    /// Whether it is the header of `top`, which shows only names unless told otherwise.
    pub(super) of_top: bool,
}

impl<'h> Columns<'h> {
    pub(super) fn of(header: &'h str) -> Self {
        let mut titles: Vec<&str> = header.split_whitespace().take(MAX_COLUMNS).collect();
        // An old translation of `top` has an empty title above the state, which stands before `%CPU`.
        if titles.first() == Some(&"进程号")
            && !titles.contains(&"S")
            && let Some(after) = titles.iter().position(|title| *title == "%CPU")
        {
            titles.insert(after, "S");
        }
        let is_command = |title: &&str| listing::field_of(TITLES, title) == Some("command");
        Columns {
            command: titles.iter().rposition(is_command).unwrap_or(titles.len()),
            of_top: titles
                .iter()
                .any(|title| matches!(*title, "TIME+" | "VIRT" | "时间+" | "虚拟")),
            titles,
        }
    }

    /// The cells of a row. Nothing if it ends before the command.
    pub(super) fn cells<'a>(&self, section: &Section<'a>, line: &'a str) -> Option<Vec<&'a str>> {
        let mut rest = line.trim();
        let mut cells = Vec::with_capacity(self.titles.len());
        for title in self.titles.get(..self.command)? {
            let cell = match *title {
                "STARTED" => started(section, rest),
                _ => listing::first_word(rest),
            };
            if cell.is_empty() {
                return None;
            }
            cells.push(cell);
            rest = rest.get(cell.len()..)?.trim_start();
        }
        let mut behind = Vec::new();
        for _ in self.command + 1..self.titles.len() {
            let (before, cell) = rest.trim_end().rsplit_once([' ', '\t'])?;
            rest = before;
            behind.push(cell);
        }
        cells.push(rest.trim());
        cells.extend(behind.into_iter().rev());
        (!rest.is_empty()).then_some(cells)
    }
}

/// `10:17:41`, or `Tue Mar 10 10:17:41 2026` as `lstart` prints it under the same title.
fn started<'a>(section: &Section<'a>, rest: &'a str) -> &'a str {
    let first = listing::first_word(rest);
    let is_weekday = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].contains(&first);
    let year = rest.split_whitespace().nth(4).filter(|_| is_weekday);
    year.and_then(|year| rest.get(..section.at(year).checked_sub(section.at(rest))? + year.len()))
        .unwrap_or(first)
}

/// What follows the branches that `f` draws: ` |   \_ nginx`.
pub(super) fn without_forest(command: &str) -> &str {
    match command.trim_start_matches([' ', '|']).strip_prefix("\\_ ") {
        Some(command) => command.trim_start(),
        None => command.trim_start(),
    }
}

/// `kubelet`, of `/usr/bin/kubelet --config=...`; `jbd2/vda1-8`, of `[jbd2/vda1-8]`; `nginx`, of `nginx: worker
/// process`.
pub(super) fn bare_name(command: &str) -> &str {
    let program = without_forest(command);
    let in_brackets = program
        .strip_prefix('[')
        .and_then(|name| name.split_once(']'))
        .map(|(name, _)| name);
    if let Some(name) = in_brackets {
        return name;
    }
    let word = listing::first_word(program);
    let word = word.strip_prefix('-').unwrap_or(word).trim_end_matches(':');
    // Kernel threads, which `top` shows without brackets, have a slash in their names: `kworker/0:1`.
    let is_path = word.starts_with(['/', '.']);
    let name = word
        .rsplit('/')
        .next()
        .filter(|name| is_path && !name.is_empty())
        .unwrap_or(word);
    name.strip_prefix('(')
        .and_then(|name| name.strip_suffix(')'))
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bare_name_of_a_program() {
        for (command, name) in [
            ("/usr/bin/kubelet --config=/etc/k.yaml", "kubelet"),
            ("./run", "run"),
            ("[jbd2/vda1-8]", "jbd2/vda1-8"),
            ("[sh] <defunct>", "sh"),
            ("kworker/0:1", "kworker/0:1"),
            ("nginx: worker process", "nginx"),
            ("-bash", "bash"),
            ("(sd-pam)", "sd-pam"),
            (" |   \\_ /opt/agent", "agent"),
            ("/", "/"),
            ("[", "["),
            ("", ""),
        ] {
            assert_eq!(bare_name(command), name, "{command}");
        }
    }
}
