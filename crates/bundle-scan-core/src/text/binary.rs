//! What a member is that is no text.
//!
//! Sources: the file(1) magic database; systemd `journal-def.h`; ELF `e_type`; the SQLite file format; bbolt `page.go`; Berkeley DB
//! `db_page.h`; makedumpfile `diskdump_mod.h`; sysstat `sa.h`; HotSpot `heapDumper.cpp`; pcap and pcapng file formats; utmp(5).

/// Binary journals of systemd: logs that are there and are not read.
pub const JOURNAL: &str = "binary-journal";

/// How binary files begin that no text begins with.
const BEGINNINGS: &[(&str, &[u8])] = &[
    (JOURNAL, b"LPKSHHRH"),
    ("core-dump", b"KDUMP   "),
    ("core-dump", b"DISKDUMP"),
    ("core-dump", b"makedumpfile\0"),
    ("core-dump", b"JAVA PROFILE "),
    ("program", ELF),
    ("database", b"SQLite format 3\0"),
    ("capture", b"\xd4\xc3\xb2\xa1"),
    ("capture", b"\xa1\xb2\xc3\xd4"),
    ("capture", b"\x4d\x3c\xb2\xa1"),
    ("capture", b"\x0a\x0d\x0d\x0a"),
    ("statistics", b"PERFILE2"),
    ("document", b"\x89PNG"),
    ("document", b"\xff\xd8\xff\xe0"),
    ("document", b"GIF89a"),
    ("document", b"%PDF-"),
];

/// What else tells one binary file from another: bytes at an offset.
const MARKS: &[(&str, usize, &[u8])] = &[
    // bbolt, of etcd and of containerd.
    ("database", 16, b"\xed\xda\x0c\xed"),
    // Berkeley DB, of rpm before it took SQLite.
    ("database", 12, b"\x61\x15\x06\x00"),
    ("database", 12, b"\x00\x06\x15\x61"),
    ("statistics", 0, b"\x96\xd5"),
    ("statistics", 0, b"\xd5\x96"),
];

/// Names of files that have no mark.
const LOGINS: &[&str] = &["wtmp", "btmp", "utmp", "lastlog", "faillog", "tallylog"];

const ELF: &[u8] = b"\x7fELF";
/// Where an ELF file says what it is, and how it does if it is a core, in either byte order.
const ELF_TYPE: usize = 16;
const ELF_CORES: [&[u8]; 2] = [b"\x04\0", b"\0\x04"];

/// The kind of a binary file, if its beginning alone tells that it is one.
pub fn by_beginning(head: &[u8]) -> Option<&'static str> {
    let known = BEGINNINGS.iter().find(|(_, bytes)| head.starts_with(bytes));
    known.map(|(kind, bytes)| match *bytes == ELF && is_core(head) {
        true => "core-dump",
        false => *kind,
    })
}

/// The kind of a member of this name that is no text and begins with `head`: `binary` if nothing tells.
pub fn kind_of(name: &str, head: &[u8]) -> &'static str {
    let mark = || MARKS.iter().find(|(_, at, bytes)| is_at(head, *at, bytes));
    by_beginning(head)
        .or_else(|| mark().map(|(kind, ..)| *kind))
        .unwrap_or_else(|| {
            let stem = name.split(['.', '-']).next().unwrap_or_default();
            if LOGINS.contains(&stem) {
                "logins"
            } else {
                "binary"
            }
        })
}

fn is_core(head: &[u8]) -> bool {
    ELF_CORES.iter().any(|bytes| is_at(head, ELF_TYPE, bytes))
}

fn is_at(head: &[u8], at: usize, bytes: &[u8]) -> bool {
    head.get(at..).is_some_and(|rest| rest.starts_with(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_files_are_told_apart() {
        let at = |at: usize, bytes: &[u8]| [&vec![1; at], bytes].concat();
        let elf = |kind| [ELF, &[2; 12], &[kind, 0]].concat();
        for (name, head, expected) in [
            ("system.journal", b"LPKSHHRH\x04\0".to_vec(), JOURNAL),
            ("core.812", elf(4), "core-dump"),
            ("kubelet", elf(3), "program"),
            ("db", at(16, b"\xed\xda\x0c\xed"), "database"),
            ("Packages", at(12, b"\x61\x15\x06\x00"), "database"),
            ("sa10", at(0, b"\x96\xd5\x21\x75"), "statistics"),
            ("wtmp-20260310", vec![7, 0, 0, 0], "logins"),
            ("wtmp.1", vec![7], "logins"),
            ("unknown.bin", vec![1, 2, 3], "binary"),
            ("empty", Vec::new(), "binary"),
        ] {
            assert_eq!(kind_of(name, &head), expected, "{name}");
        }
    }
}
