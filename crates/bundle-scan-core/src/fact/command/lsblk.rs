//! Reads `lsblk`: block devices as a tree.
//!
//! ```text
//! NAME                 MAJ:MIN RM  SIZE RO TYPE MOUNTPOINT
//! vdb                  253:16   0  100G  0 disk
//! ├─vgpaas-dockersys   252:0    0   18G  0 lvm  /var/lib/docker
//! └─vgpaas-thinpool    252:3    0   67G  0 lvm
//! ```
//!
//! A device knows its parent and all that lies on it, at any depth, as far as the indentation tells. Listings without
//! type, size, file system, mount point and address (`-t`, `-D`) say nothing of use and are not opened; `-J` and `-P` are not
//! tables. Source: util-linux `lsblk-cmd/lsblk.c` (columns), `libsmartcols` (tree symbols).

use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};
use crate::fact::table::Column;
use crate::fact::value;

use super::listing::{self, Titles};
use super::lsblk_tree::Tree;

/// `lsblk`.
pub(super) static LSBLK: Lsblk = Lsblk;

/// The parser of `lsblk`.
#[derive(Debug)]
pub(super) struct Lsblk;

const TITLES: &Titles = &[
    ("HCTL", "address"),
    ("KNAME", "kernel_name"),
    ("MAJ:MIN", "number"),
    ("TYPE", "type"),
    ("SIZE", "size"),
    ("FSTYPE", "fstype"),
    ("MOUNTPOINT", "mount"),
    ("MOUNTPOINTS", "mount"),
];

/// Titles of columns that are of no interest here, but that show that a header is one of `lsblk`.
const OTHER_TITLES: &str = "NAME KNAME PATH MAJ:MIN MAJ MIN RM RO FSVER FSAVAIL FSSIZE FSUSED FSUSE% FSROOTS LABEL UUID \
     PTUUID PTTYPE PARTTYPE PARTTYPENAME PARTLABEL PARTUUID PARTFLAGS PARTN RA HOTPLUG MODEL SERIAL STATE OWNER GROUP MODE ROTA \
     SCHED PKNAME HCTL TRAN SUBSYSTEMS REV VENDOR WWN LOG-SEC PHY-SEC ZONED";

impl FactParser for Lsblk {
    fn id(&self) -> &'static str {
        "lsblk"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["NAME"]
    }

    fn opens(&self, line: &str) -> bool {
        let is_wanted = |word: &str| listing::field_of(TITLES, word).is_some();
        let has = |title: &str| line.split_whitespace().any(|word| word == title);
        // `TYPE` or `SIZE` alone head columns of many tables.
        let is_own = ["MAJ:MIN", "FSTYPE", "HCTL", "MOUNTPOINT", "MOUNTPOINTS"]
            .into_iter()
            .any(has)
            || has("TYPE") && has("SIZE");
        let mut words = line.split_whitespace();
        is_own
            && words.clone().any(is_wanted)
            && words
                .all(|word| is_wanted(word) || OTHER_TITLES.split(' ').any(|other| other == word))
    }

    fn goes_on(&self, line: &str) -> bool {
        let name = without_tree(line);
        let is_plain_name = name
            .starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '/')
            && !listing::first_word(name).ends_with(':');
        let is_device = line.split_whitespace().any(is_device_number);
        let is_in_tree = name.len() < line.trim_start().len();
        let is_row = !listing::is_other_header(line)
            && (is_plain_name || is_device || is_in_tree || is_mount(name));
        !line.trim().is_empty()
            && is_row
            // A remark behind a row may hold a `#` too.
            && !listing::is_prompt(listing::first_word(name))
    }

    fn header_lines(&self) -> usize {
        1
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let columns = listing::columns_by_word(section);
        let mut last_is_whole = true;
        let mut tree = Tree::default();
        for line in section.text.lines() {
            last_is_whole = is_further_mount(&columns, line);
            if last_is_whole {
                continue;
            }
            if let Some(fact) = row(section, &columns, line) {
                last_is_whole = true;
                let indent = line.chars().count() - without_tree(line).chars().count();
                tree.add(fact, indent);
            }
        }
        facts.extend(tree.finish());
        listing::ending(section, last_is_whole)
    }
}

/// A second mount point of the device above stands alone under its title.
fn is_further_mount(columns: &[Column<'_>], line: &str) -> bool {
    let name = without_tree(line);
    let blanks = line.chars().count() - name.chars().count();
    is_mount(name) && columns.get(1).is_some_and(|second| blanks >= second.start)
}

fn row<'a>(section: &Section<'a>, columns: &[Column<'_>], line: &'a str) -> Option<Fact<'a>> {
    let body = without_tree(line);
    let cells = listing::by_place(columns, line, fits)
        .or_else(|| listing::in_order(columns, body, fits, listing::first_word))?;
    let name = device_name(without_tree(cells.first()?));
    let mut fact = Fact::new(&kind::LSBLK, section.at(body));
    fact.set("name", name, section.at(name));
    fact.get("name")?;
    for (column, cell) in columns.iter().zip(cells).skip(1) {
        match column.title {
            "RO" => {
                fact.flag("read_only", cell == "1", section.at(cell));
            }
            title => {
                if let Some(field) = listing::field_of(TITLES, title) {
                    let cell = without_remark(cell);
                    fact.set(field, cell, section.at(cell));
                }
            }
        }
    }
    Some(fact)
}

/// What follows the branches of the tree: `├─`, `|-`, `` `- ``, and the arrows of `--merge`.
fn without_tree(line: &str) -> &str {
    let is_branch = |c: char| {
        c.is_whitespace() || "|`-+>.".contains(c) || ('\u{2500}'..='\u{25ff}').contains(&c)
    };
    line.trim_start_matches(is_branch)
}

/// `vgpaas-thinpool`, of `/dev/mapper/vgpaas-thinpool` and `vgpaas-thinpool (dm-3)`.
fn device_name(cell: &str) -> &str {
    let name = cell.split(" (").next().unwrap_or(cell);
    name.strip_prefix("/dev/mapper/")
        .or_else(|| name.strip_prefix("/dev/"))
        .unwrap_or(name)
}

/// A mount point without what people write behind it: `/var/lib/docker   # images`.
fn without_remark(cell: &str) -> &str {
    let cell = listing::first_gap_piece(cell);
    cell.split(" # ").next().unwrap_or(cell)
}

fn fits(title: &str, cell: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    match title {
        "MAJ:MIN" => is_device_number(cell),
        "HCTL" => cell.split(':').filter(|part| is_number(part)).count() == 4,
        "RM" | "RO" | "ROTA" => matches!(cell, "0" | "1"),
        "SIZE" | "FSAVAIL" | "FSSIZE" | "FSUSED" => value::size(cell).is_some(),
        "FSUSE%" => cell.ends_with('%'),
        "TYPE" | "FSTYPE" => {
            cell.starts_with(|c: char| c.is_ascii_alphabetic()) && cell.chars().all(is_word)
        }
        "UUID" => cell.contains('-') && cell.chars().all(is_word),
        "MOUNTPOINT" | "MOUNTPOINTS" => is_mount(cell),
        _ => !cell.is_empty(),
    }
}

fn is_mount(cell: &str) -> bool {
    cell.starts_with('/') || cell.starts_with("[SWAP]")
}

fn is_device_number(word: &str) -> bool {
    word.split_once(':')
        .is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::command::testing;
    use proptest::prelude::*;

    const SAMPLE: &str = "\
NAME                      MAJ:MIN RM   SIZE RO TYPE MOUNTPOINTS
loop0                       7:0    0  61.9M  1 loop /snap/core20/1
vda                       253:0    0    50G  0 disk
└─vda1                    253:1    0    50G  0 part /var/lib/x
                                                    /
vdb                       253:16   0   100G  0 disk
├─data-thinpool_tmeta     252:1    0   100M  0 lvm
│ └─data-thinpool         252:3    0    67G  0 lvm
└─data-kubernetes         252:0    0    10G  0 lvm  /mnt/kubelet
";

    fn check(text: &str, expected: &str) {
        assert_eq!(testing::read(&LSBLK, text), expected, "{text}");
    }

    #[test]
    fn a_tree_with_all_its_relations() {
        check(
            SAMPLE,
            "lsblk name=loop0 number=7:0 size=64906854 read_only=true type=loop mount=/snap/core20/1 @2\n\
             lsblk name=vda number=253:0 size=53687091200 read_only=false type=disk child_types=part@4 children=vda1@4 @3\n\
             lsblk name=vda1 number=253:1 size=53687091200 read_only=false type=part mount=/var/lib/x parent=vda@3 @4\n\
             lsblk name=vdb number=253:16 size=107374182400 read_only=false type=disk child_types=lvm@7 \
             children=data-thinpool_tmeta,data-thinpool,data-kubernetes@7 @6\n\
             lsblk name=data-thinpool_tmeta number=252:1 size=104857600 read_only=false type=lvm parent=vdb@6 child_types=lvm@8 \
             children=data-thinpool@8 @7\n\
             lsblk name=data-thinpool number=252:3 size=71940702208 read_only=false type=lvm parent=data-thinpool_tmeta@7 @8\n\
             lsblk name=data-kubernetes number=252:0 size=10737418240 read_only=false type=lvm mount=/mnt/kubelet parent=vdb@6 @9\n",
        );
    }

    #[test]
    fn branches_in_ascii_and_old_names() {
        check(
            "NAME                    MAJ:MIN RM   SIZE RO TYPE MOUNTPOINT\r
sda                       8:0    0 223.6G  0 disk \r
|-sda1                    8:1    0   200M  0 part /boot/efi\r
`-Vol00-lv_root (dm-0)  253:0    0    32G  0 lvm  [SWAP]\r
",
            "lsblk name=sda number=8:0 size=240088671846 read_only=false type=disk child_types=part,lvm@3 children=sda1,Vol00-lv_root@3 @2\n\
             lsblk name=sda1 number=8:1 size=209715200 read_only=false type=part mount=/boot/efi parent=sda@2 @3\n\
             lsblk name=Vol00-lv_root number=253:0 size=34359738368 read_only=false type=lvm mount=[SWAP] parent=sda@2 @4\n",
        );
    }

    #[test]
    fn file_systems_with_empty_cells() {
        check(
            "NAME   FSTYPE FSVER LABEL UUID                                 FSAVAIL FSUSE% MOUNTPOINT
vda
`-vda1 ext4   1.0         7e0b1f64-5f0c-4a0e-9b3d-31f2c6a8d911   35.2G     9% /
vdb
`-vdb1 xfs          data  c1f07a52-2f0a-4f6b-8d0e-7a6e92b7c003
",
            "lsblk name=vda children=vda1@3 @2\n\
             lsblk name=vda1 fstype=ext4 mount=/ parent=vda@2 @3\n\
             lsblk name=vdb children=vdb1@5 @4\n\
             lsblk name=vdb1 fstype=xfs parent=vdb@4 @5\n",
        );
        check(
            "NAME                       KNAME      SIZE TYPE FSTYPE
/dev/vdb                   /dev/vdb    20G disk LVM2_member
└─/dev/mapper/data-docker  /dev/dm-0   18G lvm  xfs
",
            "lsblk name=vdb kernel_name=/dev/vdb size=21474836480 type=disk fstype=LVM2_member child_types=lvm@3 children=data-docker@3 @2\n\
             lsblk name=data-docker kernel_name=/dev/dm-0 size=19327352832 type=lvm fstype=xfs parent=vdb@2 @3\n",
        );
    }

    #[test]
    fn addresses_of_scsi_disks() {
        check(
            "NAME HCTL       TYPE VENDOR   MODEL         REV SERIAL TRAN
sda  2:0:0:0    disk VMware   Virtual disk  2.0        spi
sdb  2:0:1:0    disk VMware   Virtual disk  2.0        spi
",
            "lsblk name=sda address=2:0:0:0 type=disk @2\nlsblk name=sdb address=2:0:1:0 type=disk @3\n",
        );
    }

    #[test]
    fn rows_that_lost_their_alignment_are_read_in_order() {
        check(
            "NAME      MAJ:MIN RM  SIZE RO TYPE MOUNTPOINT
vdb       8:16   0  200G  0 disk
├─data-dockersys 253:0  0   90G  0 lvm /var/lib/docker # images
└─data-kubernetes 253:1  0   10G  0 lvm
root@node-3:~# df -h
",
            "lsblk name=vdb number=8:16 size=214748364800 read_only=false type=disk child_types=lvm@3 children=data-dockersys,data-kubernetes@3 @2\n\
             lsblk name=data-dockersys number=253:0 size=96636764160 read_only=false type=lvm mount=/var/lib/docker parent=vdb@2 @3\n\
             lsblk name=data-kubernetes number=253:1 size=10737418240 read_only=false type=lvm parent=vdb@2 @4\n",
        );
    }

    #[test]
    fn a_cut_or_broken_listing_keeps_its_rows() {
        check(
            "NAME MAJ:MIN RM SIZE RO TYPE MOUNTPOINT\nvda  253:0    0  50G  0 disk\nvdb 2x3:0 what is this here",
            "lsblk name=vda number=253:0 size=53687091200 read_only=false type=disk @2\nCUT\n",
        );
    }

    #[test]
    fn other_tables_with_names_do_not_open() {
        for header in [
            "NAME   TYPE   DATA   AGE",
            "NAME   READY   STATUS   RESTARTS   AGE",
            "NAME  TYPE SIZE USED PRIO",
            "NAME  STATE   SIZE",
            "NAME DISC-ALN DISC-GRAN DISC-MAX DISC-ZERO",
        ] {
            assert!(!LSBLK.opens(header), "{header}");
        }
    }

    proptest! {
        #[test]
        fn hostile_text_is_survived(text in testing::hostile(SAMPLE)) {
            testing::survives(&LSBLK, SAMPLE, &text);
        }
    }
}
