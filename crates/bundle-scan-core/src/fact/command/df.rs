//! Reads `df`: file systems with their space or their inodes.
//!
//! ```text
//! Filesystem                      Size  Used Avail Use% Mounted on
//! /dev/mapper/data-kubernetes
//!                                 9.8G  102M  9.2G   2% /mnt/paas/kubernetes/kubelet
//! ```
//!
//! Knows `-h`, `-k`, `-m`, `-T`, `-P`, `-i`, `--output`, the `df` of busybox, Chinese headers, and rows that old
//! versions broke after a long name. Values of `df -H` are powers of 1000, but nothing says so: they are read as
//! those of `df -h`. Source: GNU coreutils `src/df.c` (`field_data`, `get_header`) and `po/zh_CN.po`, busybox
//! `coreutils/df.c`.

use crate::fact::kind::{self, Kind};
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};
use crate::fact::value;

use super::df_header::{Column, Header};
use super::listing;

/// `df`.
pub(super) static DF: Df = Df;

/// The parser of `df`.
#[derive(Debug)]
pub(super) struct Df;

/// No row has so many more words than columns, even with blanks in names.
const MAX_EXTRA_WORDS: usize = 16;

impl FactParser for Df {
    fn id(&self) -> &'static str {
        "df"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["Filesystem", "文件系统", "檔案系統"]
    }

    fn opens(&self, line: &str) -> bool {
        let line = line.trim_end();
        ["Mounted on", "挂载点", "掛載點"]
            .iter()
            .any(|title| line.ends_with(title))
            && Header::of(line).is_some()
    }

    fn goes_on(&self, line: &str) -> bool {
        let mut words = line.split_whitespace();
        let is_alone = words.clone().count() == 1;
        // A percentage, or `-` where a file system has no size.
        let has_share =
            words.any(|word| word == "-" || word.strip_suffix('%').is_some_and(is_number));
        !listing::is_prompt(line) && (is_alone || has_share || line.starts_with("df:"))
    }

    fn header_lines(&self) -> usize {
        1
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let Some(header) = Header::of(listing::header_line(section)) else {
            return Ending::Whole;
        };
        let mut last_is_whole = true;
        let mut name_above = None;
        for line in section.text.lines() {
            let cells = cells(section, &header.columns, name_above, line);
            last_is_whole = cells.is_some() || line.starts_with("df:");
            name_above = match &cells {
                None if line.split_whitespace().count() == 1 => Some(line.trim()),
                _ => None,
            };
            if let Some(cells) = cells {
                let kinds = [&kind::DF, &kind::DF_INODES]
                    .into_iter()
                    .filter(|kind| header.is_of(kind));
                facts.extend(kinds.map(|kind| fact_of(kind, section, &header, &cells)));
            }
        }
        listing::ending(section, last_is_whole)
    }
}

/// The cells of a row. A name that stands alone on the line above belongs to it; names may hold blanks.
fn cells<'a>(
    section: &Section<'a>,
    columns: &[Column],
    name_above: Option<&'a str>,
    line: &'a str,
) -> Option<Vec<&'a str>> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let inner = columns.get(1..columns.len().checked_sub(1)?)?;
    if let Some(name) = name_above
        && let Some(cells) = fitting(section, inner, name, &words, 0, line)
    {
        return Some(cells);
    }
    (1..=MAX_EXTRA_WORDS).find_map(|named| {
        let name = span(section, words.first()?, words.get(named - 1)?)?;
        fitting(section, inner, name, &words, named, line)
    })
}

/// The name, the cells that begin at the word `first`, and the rest of the line.
fn fitting<'a>(
    section: &Section<'a>,
    inner: &[Column],
    name: &'a str,
    words: &[&'a str],
    first: usize,
    line: &'a str,
) -> Option<Vec<&'a str>> {
    let inner_words = words.get(first..first + inner.len())?;
    let all_fit = inner
        .iter()
        .zip(inner_words)
        .all(|(column, word)| fits(*column, word));
    let mount = span(section, words.get(first + inner.len())?, line.trim_end())?;
    all_fit.then(|| {
        let mut cells = vec![name];
        cells.extend(inner_words);
        cells.push(mount);
        cells
    })
}

/// The text from the start of one part of the section to the end of another.
fn span<'a>(section: &Section<'a>, from: &str, to: &str) -> Option<&'a str> {
    section
        .text
        .get(section.at(from)..section.at(to) + to.len())
}

fn fits(column: Column, word: &str) -> bool {
    match column {
        Column::Space(_) | Column::Inodes(_) => word == "-" || value::size(word).is_some(),
        Column::SpacePercent | Column::InodesPercent => {
            word == "-" || word.strip_suffix('%').is_some_and(is_number)
        }
        _ => true,
    }
}

fn is_number(text: &str) -> bool {
    value::number(text).is_some()
}

fn fact_of<'a>(
    kind: &'static Kind,
    section: &Section<'a>,
    header: &Header,
    cells: &[&'a str],
) -> Fact<'a> {
    let at = cells.first().map_or(0, |name| section.at(name));
    let mut fact = Fact::new(kind, at);
    for (column, cell) in header.columns.iter().zip(cells) {
        let Some(field) = column.field_in(kind) else {
            continue;
        };
        let number = match column {
            Column::Space(_) => value::number(cell)
                .map(|blocks| blocks * header.block_bytes)
                .or_else(|| value::size(cell)),
            // `df -ih` prints `5.0M`: pieces, but shortened as sizes are.
            Column::Inodes(_) => value::size(cell),
            _ => None,
        };
        match number {
            Some(number) => fact.number(field, number, section.at(cell)),
            None => fact.set(field, cell, section.at(cell)),
        };
    }
    fact
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::command::testing;
    use proptest::prelude::*;

    const SAMPLE: &str = "\
Filesystem                      Size  Used Avail Use% Mounted on
devtmpfs                        7.6G     0  7.6G   0% /dev
/dev/mapper/data-kubernetes
                                9.8G  102M  9.2G   2% /mnt/kubelet
//10.2.3.4/team share           1.0T  512G  512G  50% /mnt/my files
proc                               0     0     0    - /proc
";

    fn check(text: &str, expected: &str) {
        assert_eq!(testing::read(&DF, text), expected, "{text}");
    }

    #[test]
    fn human_sizes_broken_rows_and_blanks_in_names() {
        check(
            SAMPLE,
            "df filesystem=devtmpfs size=8160437862 used=0 available=8160437862 used_percent=0 mount=/dev @2\n\
             df filesystem=/dev/mapper/data-kubernetes size=10522669875@4 used=106954752@4 available=9878424781@4 \
             used_percent=2@4 mount=/mnt/kubelet@4 @3\n\
             df filesystem=//10.2.3.4/team share size=1099511627776 used=549755813888 available=549755813888 \
             used_percent=50 mount=/mnt/my files @5\n\
             df filesystem=proc size=0 used=0 available=0 mount=/proc @6\n",
        );
    }

    #[test]
    fn the_header_tells_the_unit() {
        check(
            "Filesystem     Type     1K-blocks    Used Available Use% Mounted on\r
/dev/vda1      ext4      40470732 3590360  36863988   9% /\r
",
            "df filesystem=/dev/vda1 type=ext4 size=41442029568 used=3676528640 available=37748723712 used_percent=9 mount=/ @2\n",
        );
        check(
            "Filesystem 1024-blocks Used Available Capacity Mounted on\ntmpfs 100 1 99 1% /run\n",
            "df filesystem=tmpfs size=102400 used=1024 available=101376 used_percent=1 mount=/run @2\n",
        );
        check(
            "Filesystem     1M-blocks  Used Available Use% Mounted on\n/dev/vda1         39522M  3507M   36000M   9% /\nshm 64 0 64 0% /dev/shm\n",
            "df filesystem=/dev/vda1 size=41441820672 used=3677356032 available=37748736000 used_percent=9 mount=/ @2\n\
             df filesystem=shm size=67108864 used=0 available=67108864 used_percent=0 mount=/dev/shm @3\n",
        );
    }

    #[test]
    fn inodes_of_gnu_and_of_busybox() {
        check(
            "Filesystem      Inodes  IUsed   IFree IUse% Mounted on\n/dev/vda1      5160960 100929 5060031    2% /\nvfat 0 0 0 - /boot/efi\n",
            "df_inodes filesystem=/dev/vda1 inodes=5160960 used=100929 free=5060031 used_percent=2 mount=/ @2\n\
             df_inodes filesystem=vfat inodes=0 used=0 free=0 mount=/boot/efi @3\n",
        );
        check(
            "Filesystem              Inodes      Used Available Use% Mounted on\noverlay                3276800    101000   3175800   3% /\n",
            "df_inodes filesystem=overlay inodes=3276800 used=101000 free=3175800 used_percent=3 mount=/ @2\n",
        );
    }

    #[test]
    fn chinese_headers() {
        check(
            "文件系统        容量  已用  可用 已用% 挂载点\n/dev/vda1        50G   11G   37G   23% /\n",
            "df filesystem=/dev/vda1 size=53687091200 used=11811160064 available=39728447488 used_percent=23 mount=/ @2\n",
        );
        check(
            "文件系统          1K-块    已用     可用 已用% 挂载点\ntmpfs              1000     100      900   10% /run\n",
            "df filesystem=tmpfs size=1024000 used=102400 available=921600 used_percent=10 mount=/run @2\n",
        );
        check(
            "文件系统  类型 1024-块 已用 可用 容量 挂载点\ntmpfs tmpfs 8 2 6 25% /run\n",
            "df filesystem=tmpfs type=tmpfs size=8192 used=2048 available=6144 used_percent=25 mount=/run @2\n",
        );
        check(
            "文件系统         Inode 已用(I) 可用(I) 已用(I)% 挂载点\n/dev/vda1      3276800  100000 3176800       4% /\n",
            "df_inodes filesystem=/dev/vda1 inodes=3276800 used=100000 free=3176800 used_percent=4 mount=/ @2\n",
        );
    }

    #[test]
    fn every_column_gives_both_facts() {
        check(
            "Filesystem Type Inodes IUsed IFree IUse% 1K-blocks Used Avail Use% File Mounted on\nxfs1 xfs 10 1 9 10% 4 1 3 25% - /d\n",
            "df filesystem=xfs1 type=xfs size=4096 used=1024 available=3072 used_percent=25 mount=/d @2\n\
             df_inodes filesystem=xfs1 inodes=10 used=1 free=9 used_percent=10 mount=/d @2\n",
        );
    }

    #[test]
    fn warnings_cuts_and_prompts() {
        check(
            "Filesystem 1K-blocks Used Available Use% Mounted on
df: /mnt/nfs: Stale file handle
tmpfs 100 1 99 1% /run
[root@node-1 ~]# df -i
tmpfs 100 1 99 1% /late
",
            "df filesystem=tmpfs size=102400 used=1024 available=101376 used_percent=1 mount=/run @3\n",
        );
        check(
            "Filesystem 1K-blocks Used Available Use% Mounted on\ntmpfs 100 1 99 1% /run\n/dev/vda1 50",
            "df filesystem=tmpfs size=102400 used=1024 available=101376 used_percent=1 mount=/run @2\n",
        );
        check(
            "Filesystem 1K-blocks Used Available Use% Mounted on\ntmpfs 100 1 99 1% /run\n/dev/vda1",
            "df filesystem=tmpfs size=102400 used=1024 available=101376 used_percent=1 mount=/run @2\nCUT\n",
        );
    }

    #[test]
    fn prose_does_not_open() {
        for line in [
            "Filesystem volume name:   data",
            "Filesystem is not Mounted on",
            "Filesystem Mounted on",
        ] {
            assert!(!DF.opens(line), "{line}");
        }
    }

    proptest! {
        #[test]
        fn hostile_text_is_survived(text in testing::hostile(SAMPLE)) {
            testing::survives(&DF, SAMPLE, &text);
        }
    }
}
