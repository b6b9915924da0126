//! Reads `free`: the memory of a machine as a table.
//!
//! ```text
//!               total        used        free      shared  buff/cache   available
//! Mem:        4026036      963044      127976        1256     2935016     2775572
//! Swap:             0           0           0
//! ```
//!
//! Knows all units, `-w`, `-l`, `-t`, the old form with `-/+ buffers/cache`, and Chinese titles. `free -m` does not
//! say its unit: the name of the member tells, or else what makes sense for a machine. Source: procps `src/free.c`
//! and `po/zh_CN.po`, and procps 3.2 for the old form.

use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};
use crate::fact::value;

use super::listing;
use super::memory::{Amounts, KIB, Place};

/// `free`.
pub(super) static FREE: Free = Free;

/// The parser of `free`.
#[derive(Debug)]
pub(super) struct Free;

impl FactParser for Free {
    fn id(&self) -> &'static str {
        "free"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["total", "总计", "總計"]
    }

    fn opens(&self, line: &str) -> bool {
        let columns = free_columns(line);
        let is_known = columns.len() == line.split_whitespace().count();
        is_known && columns.starts_with(&["total", "used", "free"])
    }

    fn goes_on(&self, line: &str) -> bool {
        label(line).is_some_and(|(label, _)| label != FreeRow::Unknown)
    }

    fn header_lines(&self) -> usize {
        1
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let columns = free_columns(listing::header_line(section));
        let mut amounts = Amounts::default();
        let mut last_is_whole = true;
        let unit = unit_of_free(section);
        for line in section.text.lines() {
            let Some((row, values)) = label(line) else {
                continue;
            };
            let values: Vec<&str> = values.split_whitespace().take(columns.len()).collect();
            let place = |index: usize| {
                let text = values.get(index)?;
                let plain = value::number(text).map(|number| number * unit);
                Some((plain.or_else(|| value::size(text))?, section.at(text)))
            };
            last_is_whole = values.len() >= row.cells(columns.len());
            take_row(&mut amounts, row, &columns, &place);
        }
        facts.extend(amounts.into_fact(0));
        listing::ending(section, last_is_whole)
    }
}

fn take_row(
    amounts: &mut Amounts,
    row: FreeRow,
    columns: &[&str],
    place: &dyn Fn(usize) -> Option<Place>,
) {
    let named = |name: &str| place(columns.iter().position(|column| *column == name)?);
    match row {
        FreeRow::Memory => {
            amounts.total = named("total");
            amounts.used = named("used");
            amounts.free = named("free");
            amounts.shared = named("shared");
            amounts.buffers = named("buffers");
            amounts.cache = named("cache");
            amounts.available = named("available");
        }
        // Old: what is used and free when buffers and cache count as free.
        FreeRow::WithoutCache => {
            amounts.used = place(0);
            amounts.available = place(1);
        }
        FreeRow::Swap => {
            amounts.swap_total = place(0);
            amounts.swap_used = place(1);
            amounts.swap_free = place(2);
        }
        FreeRow::Other | FreeRow::Unknown => {}
    }
}

/// A row of `free`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum FreeRow {
    Memory,
    WithoutCache,
    Swap,
    /// `Low:`, `High:`, `Total:`.
    Other,
    Unknown,
}

impl FreeRow {
    fn cells(self, columns: usize) -> usize {
        match self {
            FreeRow::Memory => columns,
            FreeRow::WithoutCache => 2,
            _ => 3,
        }
    }
}

/// The label of a row, and what follows it.
fn label(line: &str) -> Option<(FreeRow, &str)> {
    let (label, values) = line.split_once([':', '：'])?;
    let row = match label.trim() {
        "Mem" | "内存" | "記憶體" => FreeRow::Memory,
        "-/+ buffers/cache" => FreeRow::WithoutCache,
        "Swap" | "交换" | "置換" => FreeRow::Swap,
        "Low" | "High" | "Total" | "Comm" | "低" | "高" | "总计" | "总量" => FreeRow::Other,
        _ => FreeRow::Unknown,
    };
    Some((row, values))
}

/// The columns of the header of `free` that are known.
fn free_columns(header: &str) -> Vec<&'static str> {
    let known = |title| {
        Some(match title {
            "total" | "总计" | "總計" => "total",
            "used" | "已用" => "used",
            "free" | "空闲" | "可用空间" => "free",
            "shared" | "共享" | "共用" => "shared",
            "buffers" | "缓冲" => "buffers",
            "buff/cache" | "cache" | "cached" | "缓冲/缓存" | "缓存" => "cache",
            "available" | "可用" => "available",
            _ => return None,
        })
    };
    header
        .split_whitespace()
        .take(12)
        .filter_map(known)
        .collect()
}

/// The bytes that one stands for in the values of `free` that have no unit of their own.
fn unit_of_free(section: &Section<'_>) -> f64 {
    let rows = section.text.lines().filter_map(label);
    let values: Vec<&str> = rows
        .flat_map(|(_, values)| values.split_whitespace())
        .collect();
    let has_unit = |value: &&str| value.ends_with(|c: char| c.is_ascii_alphabetic());
    if values.iter().any(has_unit) {
        return 1.0;
    }
    let numbers = values.iter().filter_map(|value| value::number(value));
    unit_of_name(section).unwrap_or_else(|| likely_unit(&numbers.collect::<Vec<_>>()))
}

/// The unit that the name of a member tells: `free_-m`.
fn unit_of_name(section: &Section<'_>) -> Option<f64> {
    let name = section.path.innermost().rsplit('/').next()?;
    let (_, options) = name.split_once("free")?;
    options
        .split(['_', ' ', '.'])
        .find_map(|option| match option {
            "-b" => Some(1.0),
            "-k" => Some(KIB),
            "-m" => Some(KIB * KIB),
            "-g" => Some(KIB * KIB * KIB),
            _ => None,
        })
}

/// The unit in which the numbers make a machine: of 768 MiB to 768 GiB if they were KiB or MiB. Bytes are whole pages.
fn likely_unit(numbers: &[f64]) -> f64 {
    let total = numbers.first().copied().unwrap_or(0.0);
    let are_pages = numbers.iter().all(|number| number % KIB == 0.0);
    if total < 768.0 {
        KIB * KIB * KIB
    } else if total < 768.0 * KIB {
        KIB * KIB
    } else if are_pages && total >= 256.0 * KIB * KIB {
        1.0
    } else {
        KIB
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::command::testing;
    use proptest::prelude::*;

    const SAMPLE: &str = "              \
              total        used        free      shared  buff/cache   available
Mem:        4026036      963044      127976        1256     2935016     2775572
Swap:       2097148       20000     2077148
";
    fn check(text: &str, expected: &str) {
        assert_eq!(testing::read(&FREE, text), expected, "{text}");
    }

    #[test]
    fn free_in_kib() {
        check(
            SAMPLE,
            "memory total=4122660864 used=986157056 free=131047424 shared=1286144 cache=3005456384 available=2842185728 \
             available_percent=68.94 swap_total=2147479552@3 swap_used=20480000@3 swap_free=2126999552@3 @2\n",
        );
    }

    #[test]
    fn free_with_units_wide_or_in_chinese() {
        check(
            "        total   used   free   shared  buffers   cache   available\r\nMem:     15Gi  2.0Gi  9.0Gi    100Mi    1.0Gi   3.0Gi   12Gi\r\nSwap:    0B    0B    0B\r\n",
            "memory total=16106127360 used=2147483648 free=9663676416 shared=104857600 cache=4294967296 available=12884901888 \
             available_percent=80 swap_total=0@3 swap_used=0@3 swap_free=0@3 @2\n",
        );
        check(
            "                总计        已用        空闲        共享   缓冲/缓存        可用\n内存：       16Gi       4.0Gi       2.0Gi        1Mi        10Gi        8.0Gi\n交换：          0B          0B          0B\n",
            "memory total=17179869184 used=4294967296 free=2147483648 shared=1048576 cache=10737418240 available=8589934592 \
             available_percent=50 swap_total=0@3 swap_used=0@3 swap_free=0@3 @2\n",
        );
    }

    #[test]
    fn old_free_counts_cache_apart() {
        check(
            "             total       used       free     shared    buffers     cached
Mem:          8000       6000       2000          0       1000       3000
-/+ buffers/cache:       2000       6000
Swap:            0          0          0
",
            "memory total=8388608000 used=2097152000@3 free=2097152000 shared=0 cache=4194304000 available=6291456000@3 \
             available_percent=75@3 swap_total=0@4 swap_used=0@4 swap_free=0@4 @2\n",
        );
    }

    #[test]
    fn the_unit_comes_from_the_name_or_from_what_makes_sense() {
        let total = |path: &str, value: &str| {
            let text = format!("total used free\nMem: {value} 0 0\n");
            let shown = testing::read_member(&FREE, path, &text);
            shown.split_whitespace().nth(1).unwrap_or("").to_string()
        };
        let gib = |gib: u64| format!("total={}", gib << 30);
        assert_eq!(total("free", "16777216"), gib(16));
        assert_eq!(total("free", "16384"), gib(16));
        assert_eq!(total("free", "16"), gib(16));
        assert_eq!(total("free", "17179869184"), gib(16));
        assert_eq!(
            total("sos_commands/memory/free_-m", "512"),
            format!("total={}", 512 << 20)
        );
        assert_eq!(total("free -g.txt", "1000"), gib(1000));
    }

    #[test]
    fn a_cut_row_is_told() {
        check(
            "total used free shared buff/cache available\nMem: 4026036 963044 12",
            "memory total=4122660864 used=986157056 free=12288 @2\nCUT\n",
        );
    }

    #[test]
    fn other_lines_do_not_open() {
        assert!(!FREE.opens("total used free of charge"));
        assert!(!FREE.opens("total 12"));
    }

    proptest! {
        #[test]
        fn hostile_text_is_survived(text in testing::hostile(SAMPLE)) {
            testing::survives(&FREE, SAMPLE, &text);
        }
    }
}
