//! Reads mounted file systems from `mount`, `findmnt` and `/proc/mounts`.
//!
//! ```text
//! /dev/vda1 on / type ext4 (rw,relatime) [root]
//! ```
//! ```text
//! TARGET              SOURCE                       FSTYPE OPTIONS
//! /                   /dev/vda1                    ext4   rw,relatime
//! └─/var/lib/docker   /dev/mapper/data-dockersys   ext4   rw,relatime
//! ```
//!
//! `/etc/fstab` says what should be mounted, not what is, and is not read. The directory that `findmnt` adds to a
//! source (`tmpfs[/ns]`) is left out. Source: util-linux `sys-utils/mount.c`, `misc-utils/findmnt.c`; kernel
//! `fs/proc_namespace.c`.

use std::borrow::Cow;

use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};

use super::listing::{self, Titles};

/// `mount`, and `/proc/mounts` by its path.
pub(super) static MOUNT: Mount = Mount;
/// `findmnt`.
pub(super) static FINDMNT: Findmnt = Findmnt;

/// The parser of `mount` and `/proc/mounts`.
#[derive(Debug)]
pub(super) struct Mount;

/// The parser of `findmnt`.
#[derive(Debug)]
pub(super) struct Findmnt;

/// What is usually mounted first. A list that begins with another device is found by its path.
const OPENERS: &[&str] = &[
    "sysfs",
    "proc",
    "udev",
    "devtmpfs",
    "devpts",
    "overlay",
    "rootfs",
    "none",
    "tmpfs",
    "securityfs",
    "cgroup",
    "cgroup2",
    "mqueue",
    "shm",
    "debugfs",
    "pstore",
    "systemd-1",
    "hugetlbfs",
    "/dev/vda1",
    "/dev/sda1",
    "/dev/vda2",
    "/dev/sda2",
    "/dev/vda",
    "/dev/root",
    "/dev/nvme0n1p1",
    "/dev/nvme0n1p2",
    "/dev/xvda1",
    "/dev/sda3",
    "/dev/vda3",
    "/dev/mapper/centos-root",
    "/dev/mapper/rhel-root",
    "/dev/mapper/vgpaas-dockersys",
    "/dev/mapper/vgpaas-kubernetes",
];

impl FactParser for Mount {
    fn id(&self) -> &'static str {
        "mount"
    }

    fn openers(&self) -> &'static [&'static str] {
        OPENERS
    }

    fn opens(&self, line: &str) -> bool {
        of_mount(line).is_some()
    }

    fn goes_on(&self, line: &str) -> bool {
        of_mount(line).is_some() || of_proc(line).is_some()
    }

    fn paths(&self) -> &'static [&'static str] {
        &[
            "proc/mounts",
            "proc/*/mounts",
            "etc/mtab",
            "mount",
            "mount.txt",
            "mount_-l",
        ]
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let mut last_is_whole = true;
        for line in section.text.lines() {
            let row = of_mount(line).or_else(|| of_proc(line));
            last_is_whole = row.is_some_and(|row| row.is_whole);
            if let Some(row) = row {
                facts.push(row.into_fact(section));
            }
        }
        listing::ending(section, last_is_whole)
    }
}

/// What a line says of a mounted file system.
#[derive(Clone, Copy)]
struct Row<'a> {
    source: &'a str,
    target: &'a str,
    fstype: &'a str,
    options: &'a str,
    is_whole: bool,
}

impl<'a> Row<'a> {
    fn into_fact(self, section: &Section<'a>) -> Fact<'a> {
        let mut fact = Fact::new(&kind::MOUNT, section.at(self.source));
        fact.text("source", unescaped(self.source), section.at(self.source))
            .text("target", unescaped(self.target), section.at(self.target))
            .set("fstype", self.fstype, section.at(self.fstype))
            .set("options", self.options, section.at(self.options));
        fact
    }
}

/// `<source> on <target> type <type> (<options>)`, with a label in brackets behind it by `-l`.
fn of_mount(line: &str) -> Option<Row<'_>> {
    let (names, rest) = line.rsplit_once(" type ")?;
    let (source, target) = names.split_once(" on ")?;
    let (fstype, rest) = rest.split_once(" (")?;
    let (options, is_whole) = match rest.rsplit_once(')') {
        Some((options, _)) => (options, true),
        None => ("", false),
    };
    let is_plain = target.starts_with('/') && !source.trim().is_empty() && !fstype.contains(' ');
    is_plain.then_some(Row {
        source: source.trim(),
        target: target.trim(),
        fstype,
        options,
        is_whole,
    })
}

/// `<source> <target> <type> <options> 0 0`.
fn of_proc(line: &str) -> Option<Row<'_>> {
    let words: Vec<&str> = line.split_whitespace().take(7).collect();
    let [source, target, fstype, options, dump, pass] = words.as_slice() else {
        return None;
    };
    let are_numbers = [dump, pass]
        .iter()
        .all(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    (are_numbers && target.starts_with('/') && !source.starts_with('#')).then_some(Row {
        source,
        target,
        fstype,
        options,
        is_whole: true,
    })
}

/// Blanks and the like are written in octal: `/mnt/my\040files`.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let escapes = [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\043", "#"),
        ("\\134", "\\"),
        ("\\x20", " "),
    ];
    Cow::Owned(
        escapes
            .iter()
            .fold(text.to_string(), |text, (escape, plain)| {
                text.replace(escape, plain)
            }),
    )
}

const TITLES: &Titles = &[
    ("TARGET", "target"),
    ("SOURCE", "source"),
    ("FSTYPE", "fstype"),
    ("OPTIONS", "options"),
];

impl FactParser for Findmnt {
    fn id(&self) -> &'static str {
        "findmnt"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["TARGET"]
    }

    fn opens(&self, line: &str) -> bool {
        let is_title = |word: &str| {
            word.bytes()
                .all(|byte| byte.is_ascii_uppercase() || b"-%:.".contains(&byte))
        };
        let has = |title: &str| line.split_whitespace().any(|word| word == title);
        line.starts_with("TARGET")
            && has("SOURCE")
            && has("FSTYPE")
            && line.split_whitespace().all(is_title)
    }

    fn goes_on(&self, line: &str) -> bool {
        without_tree(line).starts_with('/')
    }

    fn header_lines(&self) -> usize {
        1
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let titles = listing::columns_by_word(section);
        let mut last_is_whole = true;
        for line in section.text.lines() {
            let row = without_tree(line);
            let cells: Vec<&str> = row.split_whitespace().take(titles.len()).collect();
            last_is_whole = cells.len() == titles.len();
            let mut fact = Fact::new(&kind::MOUNT, section.at(row));
            for (column, cell) in titles.iter().zip(cells) {
                set_cell(&mut fact, section, column.title, cell);
            }
            if fact.get("target").is_some() && fact.get("source").is_some() {
                facts.push(fact);
            }
        }
        listing::ending(section, last_is_whole)
    }
}

fn set_cell<'a>(fact: &mut Fact<'a>, section: &Section<'a>, title: &str, cell: &'a str) {
    let Some(field) = listing::field_of(TITLES, title) else {
        return;
    };
    let at = section.at(cell);
    match field {
        "target" => fact.text(field, unescaped(cell), at),
        "source" => {
            let has_directory = cell.ends_with(']');
            let source = cell
                .split('[')
                .next()
                .filter(|source| has_directory && !source.is_empty());
            fact.text(field, unescaped(source.unwrap_or(cell)), at)
        }
        _ => fact.set(field, cell, at),
    };
}

/// What follows the branches of the tree.
fn without_tree(line: &str) -> &str {
    line.trim_start_matches(|c: char| {
        c.is_whitespace() || "|`-".contains(c) || ('\u{2500}'..='\u{257f}').contains(&c)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::command::testing;
    use proptest::prelude::*;

    const MOUNT_SAMPLE: &str = "\
sysfs on /sys type sysfs (rw,nosuid)
/dev/vda1 on / type ext4 (rw,relatime) [root]
//10.0.0.5/share on /mnt/my files type cifs (ro)
";
    const FINDMNT_SAMPLE: &str = "\
TARGET                    SOURCE            FSTYPE OPTIONS
/                         /dev/vda1         ext4   rw,relatime
├─/run                    tmpfs             tmpfs  rw,nosuid
│ └─/run/snapd/ns         tmpfs[/snapd/ns]  tmpfs  rw
└─/mnt/my\\x20files        10.0.0.5:/exp     nfs4   ro,hard
";

    fn check(parser: &dyn FactParser, text: &str, expected: &str) {
        assert_eq!(testing::read(parser, text), expected, "{text}");
    }

    #[test]
    fn mount_with_labels_and_blanks() {
        check(
            &MOUNT,
            MOUNT_SAMPLE,
            "mount source=sysfs target=/sys fstype=sysfs options=rw,nosuid @1\n\
             mount source=/dev/vda1 target=/ fstype=ext4 options=rw,relatime @2\n\
             mount source=//10.0.0.5/share target=/mnt/my files fstype=cifs options=ro @3\n",
        );
    }

    #[test]
    fn a_cut_line_keeps_what_is_whole() {
        check(
            &MOUNT,
            "proc on /proc type proc (rw)\r\n/dev/vdb on /data type xfs (rw,rela",
            "mount source=proc target=/proc fstype=proc options=rw @1\nmount source=/dev/vdb target=/data fstype=xfs @2\nCUT\n",
        );
    }

    #[test]
    fn files_of_proc_by_their_path() {
        assert_eq!(
            testing::read_member(
                &MOUNT,
                "proc/1/mounts",
                "/dev/vda1 / ext4 ro,relatime 0 0\nnfs:/a /mnt/a\\040b nfs4 rw,hard 0 0\nanything else\n"
            ),
            "mount source=/dev/vda1 target=/ fstype=ext4 options=ro,relatime @1\n\
             mount source=nfs:/a target=/mnt/a b fstype=nfs4 options=rw,hard @2\n"
        );
    }

    #[test]
    fn findmnt_as_tree_and_as_list() {
        check(
            &FINDMNT,
            FINDMNT_SAMPLE,
            "mount target=/ source=/dev/vda1 fstype=ext4 options=rw,relatime @2\n\
             mount target=/run source=tmpfs fstype=tmpfs options=rw,nosuid @3\n\
             mount target=/run/snapd/ns source=tmpfs fstype=tmpfs options=rw @4\n\
             mount target=/mnt/my files source=10.0.0.5:/exp fstype=nfs4 options=ro,hard @5\n",
        );
        check(
            &FINDMNT,
            "TARGET SOURCE FSTYPE OPTIONS\n|-/proc proc proc rw\n`-/sys sysfs sysfs",
            "mount target=/proc source=proc fstype=proc options=rw @2\nmount target=/sys source=sysfs fstype=sysfs @3\nCUT\n",
        );
    }

    #[test]
    fn prose_does_not_open() {
        for line in [
            "none on the list",
            "proc on fire type one (loud)",
            "overlay on /a is of type b",
        ] {
            assert!(!MOUNT.opens(line), "{line}");
        }
        assert!(!FINDMNT.opens("TARGET SOURCE FSTYPE of mounts"));
    }

    proptest! {
        #[test]
        fn hostile_text_is_survived(mount in testing::hostile(MOUNT_SAMPLE), tree in testing::hostile(FINDMNT_SAMPLE)) {
            testing::survives(&MOUNT, MOUNT_SAMPLE, &mount);
            testing::survives(&FINDMNT, FINDMNT_SAMPLE, &tree);
        }
    }
}
