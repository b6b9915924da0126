//! Reads the reports of LVM: `lvs`, `vgs` and `pvs`, with any columns and units.
//!
//! ```text
//!   LV         VG     Attr       LSize  Pool Origin Data%  Meta%  Move Log Cpy%Sync Convert
//!   dockersys  vgpaas -wi-ao---- 18.00g
//!   thinpool   vgpaas twi-aot--- 90.00g             91.34  12.20
//! ```
//!
//! Internal volumes (`[thinpool_tdata]`) lose their brackets. Does not read reports in JSON, with `--separator`, or
//! without headings. Source: LVM2 `lib/report/columns.h` (titles), `lib/report/report.c`, `libdm/libdm-report.c`
//! (alignment).

use crate::fact::kind::{self, Kind};
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};
use crate::fact::table::Column;
use crate::fact::value;

use super::listing::{self, Titles};

/// `lvs`.
pub(super) static LVS: Report = Report {
    id: "lvs",
    kind: &kind::LVS,
    openers: &["LV", "VG"],
    own: "LV",
    marks: &["LSize", "Data%", "Attr"],
    not: &["#PV", "VSize", "PSize"],
    titles: &[
        ("LV", "lv"),
        ("VG", "vg"),
        ("Attr", "attr"),
        ("LSize", "size"),
        ("Pool", "pool"),
        ("Origin", "origin"),
        ("Data%", "data_percent"),
        // Before thin pools, in LVM 2.02.8x and older.
        ("Snap%", "data_percent"),
        ("Meta%", "meta_percent"),
    ],
};

/// `vgs`.
pub(super) static VGS: Report = Report {
    id: "vgs",
    kind: &kind::VGS,
    openers: &["VG"],
    own: "VG",
    marks: &["VSize", "VFree", "#PV"],
    not: &["LSize", "PSize"],
    titles: &[
        ("VG", "vg"),
        ("#PV", "pvs"),
        ("#LV", "lvs"),
        ("#SN", "snapshots"),
        ("Attr", "attr"),
        ("VSize", "size"),
        ("VFree", "free"),
    ],
};

/// `pvs`.
pub(super) static PVS: Report = Report {
    id: "pvs",
    kind: &kind::PVS,
    openers: &["PV", "VG"],
    own: "PV",
    marks: &["PSize", "PFree"],
    not: &["#PV", "LSize"],
    titles: &[
        ("PV", "pv"),
        ("VG", "vg"),
        ("Fmt", "format"),
        ("Attr", "attr"),
        ("PSize", "size"),
        ("PFree", "free"),
    ],
};

/// Second words of titles of two words: `LV UUID`, `1st PE`, `SYS ID`, `LV Tags`.
const SECOND_WORDS: [&str; 5] = ["UUID", "Tags", "PE", "ID", "CTime"];

/// A report of LVM.
#[derive(Debug)]
pub(super) struct Report {
    id: &'static str,
    kind: &'static Kind,
    openers: &'static [&'static str],
    /// The title above the names of what is reported.
    own: &'static str,
    /// Titles of which the header must have one, and those of other reports.
    marks: &'static [&'static str],
    not: &'static [&'static str],
    titles: &'static Titles,
}

impl FactParser for Report {
    fn id(&self) -> &'static str {
        self.id
    }

    fn openers(&self) -> &'static [&'static str] {
        self.openers
    }

    fn opens(&self, line: &str) -> bool {
        let has = |title: &&str| line.split_whitespace().any(|word| word == *title);
        has(&self.own) && self.marks.iter().any(has) && !self.not.iter().any(has)
    }

    fn goes_on(&self, line: &str) -> bool {
        let is_header = [&LVS, &VGS, &PVS].iter().any(|report| report.opens(line));
        // LVM indents all that it prints, but not everyone keeps that.
        let is_row = line.starts_with("  ") || line.split_whitespace().any(is_attributes);
        is_row
            && !line.trim().is_empty()
            && !is_header
            && !listing::is_other_header(line)
            && !listing::is_prompt(line)
    }

    fn header_lines(&self) -> usize {
        1
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let columns = listing::columns_by_word_or_two(section, &SECOND_WORDS);
        listing::rows_with_rests(
            section,
            facts,
            |line| self.row(section, &columns, line),
            |fact, line| take_percentages(fact, section, line),
        )
    }
}

impl Report {
    fn row<'a>(
        &self,
        section: &Section<'a>,
        columns: &[Column<'_>],
        line: &'a str,
    ) -> Option<Fact<'a>> {
        let cells = listing::by_place(columns, line, fits)
            .or_else(|| listing::in_order(columns, line, fits, listing::first_word))?;
        let mut fact = Fact::new(self.kind, section.at(line.trim_start()));
        for (column, cell) in columns.iter().zip(cells) {
            if let Some(field) = listing::field_of(self.titles, column.title) {
                set(&mut fact, section, field, cell);
            }
        }
        // Warnings among the rows have words for names, but not all that a row must have.
        let needed = match columns.iter().any(|column| column.title == "Attr") {
            true => "attr",
            false => "size",
        };
        let name = listing::field_of(self.titles, self.own)?;
        (fact.get(name).is_some() && fact.get(needed).is_some()).then_some(fact)
    }
}

fn set<'a>(fact: &mut Fact<'a>, section: &Section<'a>, field: &'static str, cell: &'a str) {
    let cell = without_brackets(cell);
    let at = section.at(cell);
    match field {
        // `<` marks a size that was rounded up to what is shown.
        "size" | "free" => match cell.trim_start_matches('<').strip_suffix(['s', 'S']) {
            Some(sectors) => {
                if let Some(sectors) = value::number(sectors) {
                    fact.number(field, sectors * 512.0, at);
                }
            }
            None => {
                fact.set(field, cell.trim_start_matches('<'), at);
            }
        },
        _ => {
            fact.set(field, cell, at);
        }
    }
}

/// Takes the percentages of a thin pool that stand on a line of their own, below the row that a narrow page broke.
fn take_percentages<'a>(fact: &mut Fact<'a>, section: &Section<'a>, line: &'a str) -> bool {
    let words: Vec<&str> = line.split_whitespace().take(3).collect();
    let are_percentages = words
        .iter()
        .all(|word| word.contains('.') && value::number(word).is_some());
    let fields = ["data_percent", "meta_percent"];
    let is_broken_off =
        fact.kind == &kind::LVS && are_percentages && (1..=2).contains(&words.len());
    if is_broken_off {
        for (field, word) in fields.into_iter().zip(words) {
            fact.set(field, word, section.at(word));
        }
    }
    is_broken_off
}

fn without_brackets(cell: &str) -> &str {
    cell.strip_prefix('[')
        .and_then(|cell| cell.strip_suffix(']'))
        .unwrap_or(cell)
}

/// What tells the cells apart when a row lost its alignment, as it does in texts that people paste.
fn fits(title: &str, cell: &str) -> bool {
    match title {
        "Attr" => is_attributes(cell),
        "LSize" | "VSize" | "VFree" | "PSize" | "PFree" | "DevSize" => is_size(cell),
        "#PV" | "#LV" | "#SN" => value::number(cell).is_some(),
        "Data%" | "Meta%" | "Snap%" | "Cpy%Sync" | "Copy%" => value::percent(cell).is_some(),
        "VG" => cell.bytes().any(|byte| byte != b'-'),
        "Fmt" => cell.starts_with("lvm"),
        "Pool" | "Origin" | "Move" | "Log" | "Convert" => {
            value::number(cell).is_none() && !cell.is_empty()
        }
        _ => !cell.is_empty(),
    }
}

fn is_attributes(cell: &str) -> bool {
    (2..=10).contains(&cell.len())
        && cell.contains('-')
        && cell
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || byte == b'-')
}

fn is_size(cell: &str) -> bool {
    let size = cell.trim_start_matches('<');
    value::size(size.trim_end_matches(['s', 'S'])).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::command::testing;
    use proptest::prelude::*;

    const LVS_SAMPLE: &str = "  \
  LV         VG     Attr       LSize   Pool Origin Data%  Meta%  Move Log Cpy%Sync Convert
  dockersys  vgpaas -wi-ao---- <18.00g                                                    
  thinpool   vgpaas twi-aot---  90.00g             91.34  12.20                           
  snap1      vgpaas Vwi-a-tz--  10.00g thinpool base 4.10
";

    fn check(parser: &Report, text: &str, expected: &str) {
        assert_eq!(testing::read(parser, text), expected, "{text}");
    }

    #[test]
    fn lvs_with_default_columns() {
        check(
            &LVS,
            LVS_SAMPLE,
            "lvs lv=dockersys vg=vgpaas attr=-wi-ao---- size=19327352832 @2\n\
             lvs lv=thinpool vg=vgpaas attr=twi-aot--- size=96636764160 data_percent=91.34 meta_percent=12.2 @3\n\
             lvs lv=snap1 vg=vgpaas attr=Vwi-a-tz-- size=10737418240 pool=thinpool origin=base data_percent=4.1 @4\n",
        );
    }

    #[test]
    fn lvs_with_all_volumes_and_more_columns() {
        check(
            &LVS,
            "  WARNING: locking_type (4) is deprecated, using --sysinit --readonly.
  LV               VG    Attr       LSize   Pool Origin Data%  Meta%  Move Log Cpy%Sync Convert LV Tags Devices            KRahead Rahead #Str Stripe
  [lvol0_pmspare]  vg-a  ewi-------   1.00g                                                             /dev/sdb(0)        128.00k   auto    1     0 
  thinpool         vg-a  twi-aotz--  90.00g             55.10  20.02                            gold    thinpool_tdata(0)  128.00k   auto    1 64.00k
  [thinpool_tdata] vg-a  Twi-ao----  90.00g                                                             /dev/sdb(512)      128.00k   auto    1     0 
",
            "lvs lv=lvol0_pmspare vg=vg-a attr=ewi------- size=1073741824 @3\n\
             lvs lv=thinpool vg=vg-a attr=twi-aotz-- size=96636764160 data_percent=55.1 meta_percent=20.02 @4\n\
             lvs lv=thinpool_tdata vg=vg-a attr=Twi-ao---- size=96636764160 @5\n",
        );
    }

    #[test]
    fn lvs_of_old_and_with_units() {
        check(
            &LVS,
            "  LV   VG   Attr   LSize         Origin Snap%  Move Log Copy%  Convert\r
  root sys0 -wi-ao 53687091200B                                        \r
  snap sys0 swi-a-  1048576000B root    12.50                          \r
",
            "lvs lv=root vg=sys0 attr=-wi-ao size=53687091200 @2\n\
             lvs lv=snap vg=sys0 attr=swi-a- size=1048576000 origin=root data_percent=12.5 @3\n",
        );
        check(
            &LVS,
            "  VG   LV   LSize\n  sys0 root 104857600S\n",
            "lvs vg=sys0 lv=root size=53687091200 @2\n",
        );
    }

    #[test]
    fn rows_that_lost_their_alignment_are_read_in_order() {
        check(
            &LVS,
            "LV VG Attr LSize Pool Origin Data% Meta% Move Log Cpy%Sync Convert
  dockersys  vgpaaas -wi-aot--  <18.00g
thinpool   vgpaaas twi-aot--- 67.00g 98.84 1.32
  pool2   vgpaaas twi-aot--- 67.00g
                                         91.10  1.30
  Incorrect metadata area header checksum on /dev/sdz at offset 4096
",
            "lvs lv=dockersys vg=vgpaaas attr=-wi-aot-- size=19327352832 @2\n\
             lvs lv=thinpool vg=vgpaaas attr=twi-aot--- size=71940702208 data_percent=98.84 meta_percent=1.32 @3\n\
             lvs lv=pool2 vg=vgpaaas attr=twi-aot--- size=71940702208 data_percent=91.1@5 meta_percent=1.3@5 @4\n",
        );
    }

    #[test]
    fn vgs_and_pvs_follow_each_other() {
        let text = "  VG     #PV #LV #SN Attr   VSize    VFree
  vgpaas   1   2   0 wz--n- <100.00g    0 
  PV         VG     Fmt  Attr PSize    PFree
  /dev/sdb   vgpaas lvm2 a--  <100.00g    0 
  [unknown]  vgpaas lvm2 a-m   20.00g 1.00g
[root@node-9 ~]# lvs
";
        check(
            &VGS,
            text,
            "vgs vg=vgpaas pvs=1 lvs=2 snapshots=0 attr=wz--n- size=107374182400 free=0 @2\n",
        );
        check(
            &PVS,
            text,
            "pvs pv=/dev/sdb vg=vgpaas format=lvm2 attr=a-- size=107374182400 free=0 @4\n\
             pvs pv=unknown vg=vgpaas format=lvm2 attr=a-m size=21474836480 free=1073741824 @5\n",
        );
    }

    #[test]
    fn verbose_reports_have_titles_of_two_words() {
        check(
            &VGS,
            "  VG    Attr   Ext   #PV #LV #SN VSize  VFree VG UUID                                VProfile
  data1 wz--n- 4.00m   1   2   0 20.00g 4.00m Ab1cDe-2fGh-3iJk-4lMn-5oPq-6rSt-7uVwXy         
",
            "vgs vg=data1 attr=wz--n- pvs=1 lvs=2 snapshots=0 size=21474836480 free=4194304 @2\n",
        );
        check(
            &PVS,
            "  PV         VG    Fmt  Attr PSize  PFree DevSize PV UUID                               
  /dev/sda2             ---      0     0    1.00g                                       
  /dev/sdc   data1 lvm2 a--  20.00g 4.00m  20.00g Zb1cDe-2fGh-3iJk-4lMn-5oPq-6rSt-7uVwXy
",
            "pvs pv=/dev/sda2 attr=--- size=0 free=0 @2\n\
             pvs pv=/dev/sdc vg=data1 format=lvm2 attr=a-- size=21474836480 free=4194304 @3\n",
        );
    }

    #[test]
    fn half_a_row_at_the_end_is_left_out() {
        check(
            &VGS,
            "  VG     #PV #LV #SN Attr   VSize    VFree\n  vgpaas   1   2   0 wz--n- 100.00g 5.00g\n  vg",
            "vgs vg=vgpaas pvs=1 lvs=2 snapshots=0 attr=wz--n- size=107374182400 free=5368709120 @2\nCUT\n",
        );
        check(
            &VGS,
            "  VG     #PV #LV #SN Attr   VSize    VFree\n  vgpaas   1   2   0 wz--n- 100.00g 5.00g",
            "vgs vg=vgpaas pvs=1 lvs=2 snapshots=0 attr=wz--n- size=107374182400 free=5368709120 @2\n",
        );
    }

    #[test]
    fn prose_does_not_open_a_report() {
        for line in [
            "LV is full, see VG data",
            "VG #1 was removed",
            "PV Attr list of the array",
        ] {
            assert!(
                [&LVS, &VGS, &PVS].iter().all(|report| !report.opens(line)),
                "{line}"
            );
        }
    }

    proptest! {
        #[test]
        fn hostile_text_is_survived(text in testing::hostile(LVS_SAMPLE)) {
            for report in [&LVS, &VGS, &PVS] {
                testing::survives(report, LVS_SAMPLE, &text);
            }
        }
    }
}
