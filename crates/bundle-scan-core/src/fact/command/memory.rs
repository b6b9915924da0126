//! Reads the memory of a machine from `/proc/meminfo` and from the header of `top`, and holds what all its sources
//! share.
//!
//! ```text
//! MiB Mem :  24105.6 total,  21172.1 free,    445.8 used,   2487.7 buff/cache
//! MiB Swap:      8.0 total,      6.0 free,      2.0 used.  23659.8 avail Mem
//! ```
//!
//! What a program can still get is `available`, what the kernel can give back is `cache`, and `used` is without that,
//! also where an old tool prints it otherwise. Source: procps `src/top/top_nls.c` and `top.c`, and procps 3.2 for the
//! old form; kernel `fs/proc/meminfo.c`.

use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};
use crate::fact::value;

use super::listing::{self, Amount};

/// `/proc/meminfo`.
pub(super) static MEMINFO: Meminfo = Meminfo;
/// The lines on memory of `top`.
pub(super) static TOP_MEMORY: TopMemory = TopMemory;

/// The parser of `/proc/meminfo`.
#[derive(Debug)]
pub(super) struct Meminfo;

/// The parser of the lines on memory in the header of `top`.
#[derive(Debug)]
pub(super) struct TopMemory;

pub(super) const KIB: f64 = 1024.0;

/// An amount of memory, and where it stands.
pub(super) type Place = (f64, usize);

/// What the tools tell; each puts in what it has.
#[derive(Default)]
pub(super) struct Amounts {
    pub(super) total: Option<Place>,
    pub(super) used: Option<Place>,
    pub(super) free: Option<Place>,
    pub(super) shared: Option<Place>,
    pub(super) buffers: Option<Place>,
    pub(super) cache: Option<Place>,
    pub(super) available: Option<Place>,
    pub(super) swap_total: Option<Place>,
    pub(super) swap_used: Option<Place>,
    pub(super) swap_free: Option<Place>,
    /// Whether `used` counts buffers and cache in, as old tools do.
    pub(super) used_has_cache: bool,
}

impl Amounts {
    /// The fact, if there is anything to tell.
    pub(super) fn into_fact<'a>(self, at: usize) -> Option<Fact<'a>> {
        let cache = sum(self.buffers, self.cache);
        let used = match self.used_has_cache {
            true => self
                .used
                .map(|(used, at)| ((used - cache.map_or(0.0, |(cache, _)| cache)).max(0.0), at)),
            false => self.used,
        };
        let mut fact = Fact::new(&kind::MEMORY, at);
        for (field, place) in [
            ("total", self.total),
            ("used", used),
            ("free", self.free),
            ("shared", self.shared),
            ("cache", cache),
            ("available", self.available),
            ("available_percent", self.available_percent()),
            ("swap_total", self.swap_total),
            ("swap_used", self.swap_used),
            ("swap_free", self.swap_free),
        ] {
            if let Some((amount, at)) = place {
                fact.number(field, amount, at);
            }
        }
        (!fact.fields.is_empty()).then_some(fact)
    }

    /// To two places, as tools print percentages.
    fn available_percent(&self) -> Option<Place> {
        let ((available, at), (total, _)) = (self.available?, self.total?);
        (total > 0.0).then(|| ((10_000.0 * available / total).round() / 100.0, at))
    }
}

fn sum(first: Option<Place>, second: Option<Place>) -> Option<Place> {
    match (first, second) {
        (Some((first, at)), Some((second, _))) => Some((first + second, at)),
        _ => first.or(second),
    }
}

impl FactParser for Meminfo {
    fn id(&self) -> &'static str {
        "meminfo"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["MemTotal:"]
    }

    fn opens(&self, line: &str) -> bool {
        line.starts_with("MemTotal:") && kib_of(line).is_some()
    }

    fn goes_on(&self, line: &str) -> bool {
        let mut words = line.split_whitespace();
        words.next().is_some_and(|key| key.ends_with(':'))
            && words
                .next()
                .is_some_and(|text| value::number(text).is_some())
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let mut amounts = Amounts {
            used_has_cache: true,
            ..Amounts::default()
        };
        let mut last_is_whole = true;
        for line in section.text.lines() {
            let Some((key, text, kib)) = kib_of(line) else {
                // Counts, as of huge pages, have no unit.
                last_is_whole = !line.starts_with("Mem");
                continue;
            };
            last_is_whole = true;
            let place = Some((kib * KIB, section.at(text)));
            amounts.take_of_meminfo(key, place);
        }
        amounts.used = rest_of(amounts.total, amounts.free);
        amounts.swap_used = rest_of(amounts.swap_total, amounts.swap_free);
        facts.extend(amounts.into_fact(0));
        listing::ending(section, last_is_whole)
    }
}

impl Amounts {
    fn take_of_meminfo(&mut self, key: &str, place: Option<Place>) {
        match key {
            "MemTotal:" => self.total = place,
            "MemFree:" => self.free = place,
            "MemAvailable:" => self.available = place,
            "Buffers:" => self.buffers = place,
            "Cached:" | "SReclaimable:" => self.cache = sum(self.cache, place),
            "Shmem:" => self.shared = place,
            "SwapTotal:" => self.swap_total = place,
            "SwapFree:" => self.swap_free = place,
            _ => {}
        }
    }
}

/// `MemTotal:        4026036 kB`, where `kB` means 1024 bytes.
fn kib_of(line: &str) -> Option<(&str, &str, f64)> {
    let mut words = line.split_whitespace();
    let (key, text, unit) = (words.next()?, words.next()?, words.next()?);
    let is_line = unit == "kB" && key.ends_with(':') && words.next().is_none();
    Some((key, text, value::number(text).filter(|_| is_line)?))
}

fn rest_of(total: Option<Place>, part: Option<Place>) -> Option<Place> {
    let ((total, at), (part, _)) = (total?, part?);
    Some(((total - part).max(0.0), at))
}

impl FactParser for TopMemory {
    fn id(&self) -> &'static str {
        "top-memory"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["KiB", "MiB", "GiB", "TiB", "PiB", "Mem:"]
    }

    fn opens(&self, line: &str) -> bool {
        let (label, values) = line.split_once([':', '：']).unwrap_or(("", ""));
        let is_memory = matches!(label.split_whitespace().last(), Some("Mem" | "内存"));
        is_memory && (graph(values).is_some() || has_total(values))
    }

    fn goes_on(&self, line: &str) -> bool {
        let (label, values) = line.split_once([':', '：']).unwrap_or(("", ""));
        matches!(label.split_whitespace().last(), Some("Swap" | "交换"))
            && (values.contains('/') || has_total(values))
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let mut all = Amounts::default();
        for line in section.text.lines() {
            let (label, values) = line.split_once([':', '：']).unwrap_or(("", ""));
            let is_swap = label.contains("Swap") || label.contains("交换");
            let unit = listing::first_word(label.trim_start());
            if let Some((percent, total)) = graph(values) {
                all.take_graph(section, is_swap, unit, percent, total);
            }
            for amount in listing::amounts(values) {
                let place =
                    bytes_of(amount, unit).map(|bytes| (bytes.round(), section.at(amount.number)));
                all.take_of_top(is_swap, amount.label, place);
            }
        }
        facts.extend(all.into_fact(0));
        Ending::Whole
    }
}

impl Amounts {
    fn take_of_top(&mut self, is_swap: bool, label: &str, place: Option<Place>) {
        match (is_swap, label) {
            (false, "total" | "总共") => self.total = place,
            (false, "used" | "已用") => self.used = place,
            (false, "free" | "空闲") => self.free = place,
            (false, "buff/cache" | "缓冲/缓存") => self.cache = place,
            (false, "buffers" | "buff") => {
                self.buffers = place;
                self.used_has_cache = true;
            }
            (true, "total" | "总共") => self.swap_total = place,
            (true, "used" | "已用") => self.swap_used = place,
            (true, "free" | "空闲") => self.swap_free = place,
            // On the second line, but of the memory.
            (true, "avail" | "可用") => self.available = place,
            (true, "cached") => self.cache = place,
            _ => {}
        }
    }

    /// `MiB Mem : 22.9/15509.0 [|||||]`: the share that is not available, and the total.
    fn take_graph(
        &mut self,
        section: &Section<'_>,
        is_swap: bool,
        unit: &str,
        percent: &str,
        total: &str,
    ) {
        let (Some(share), Some(total_number)) = (value::percent(percent), value::number(total))
        else {
            return;
        };
        let bytes = size_of_unit(unit) * total_number;
        // `clamp` panics on a negative total.
        if bytes < 0.0 {
            return;
        }
        let total_place = Some((bytes, section.at(total)));
        let taken = (bytes * share / 100.0).round().clamp(0.0, bytes);
        if is_swap {
            self.swap_total = total_place;
            self.swap_used = Some((taken, section.at(percent)));
        } else {
            self.total = total_place;
            self.available = Some((bytes - taken, section.at(percent)));
        }
    }
}

fn has_total(values: &str) -> bool {
    let has = |word: &str| values.contains(word);
    (has("total") || has("总共")) && (has("used") || has("已用")) && (has("free") || has("空闲"))
}

/// The share and the total of a bar.
fn graph(values: &str) -> Option<(&str, &str)> {
    let (numbers, _) = values.split_once('[')?;
    let (percent, total) = numbers.trim().split_once('/')?;
    let (percent, total) = (percent.trim(), total.trim());
    (value::number(percent).is_some() && value::number(total).is_some()).then_some((percent, total))
}

fn bytes_of(amount: Amount<'_>, unit: &str) -> Option<f64> {
    let number = value::number(amount.number)?;
    Some(match amount.unit {
        // `top` shows eight digits and this sign for what has more. A machine with ten digits of KiB is rare.
        "+" if !amount.number.contains('.') => number * 10.0 * size_of_unit(unit),
        "" | "+" => number * size_of_unit(unit),
        letter => number * size_of_unit(&format!("{letter}iB")),
    })
}

/// The bytes of `KiB`, `MiB`, ...; of one KiB for what `top` printed before it told.
fn size_of_unit(unit: &str) -> f64 {
    value::size(&format!("1{unit}")).unwrap_or(KIB)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::command::testing;
    use proptest::prelude::*;

    const MEMINFO_SAMPLE: &str = "MemTotal:        4000000 kB
MemFree:          100000 kB
MemAvailable:    3000000 kB
Buffers:          200000 kB
Cached:          2000000 kB
SwapCached:            0 kB
SwapTotal:          8000 kB
SwapFree:           6000 kB
Shmem:              1000 kB
SReclaimable:     300000 kB
HugePages_Total:       0
";
    const TOP_SAMPLE: &str =
        "MiB Mem :  24105.6 total,  21172.1 free,    445.8 used,   2487.7 buff/cache
MiB Swap:      8.0 total,      6.0 free,      2.0 used.  23659.8 avail Mem 
";

    fn check(parser: &dyn FactParser, text: &str, expected: &str) {
        assert_eq!(testing::read(parser, text), expected, "{text}");
    }

    #[test]
    fn meminfo() {
        check(
            &MEMINFO,
            MEMINFO_SAMPLE,
            "memory total=4096000000 used=1433600000 free=102400000@2 shared=1024000@9 cache=2560000000@4 \
             available=3072000000@3 available_percent=75@3 swap_total=8192000@7 swap_used=2048000@7 swap_free=6144000@8 @1\n",
        );
        check(
            &MEMINFO,
            "MemTotal: 100 kB\nMemF",
            "memory total=102400 @1\n",
        );
    }

    #[test]
    fn top_of_every_age() {
        check(
            &TOP_MEMORY,
            TOP_SAMPLE,
            "memory total=25276553626 used=467455181 free=22200555930 cache=2608542515 available=24809098445@2 \
             available_percent=98.15@2 swap_total=8388608@2 swap_used=2097152@2 swap_free=6291456@2 @1\n",
        );
        check(
            &TOP_MEMORY,
            "Mem:   8000000k total,  6000000k used,  2000000k free,  1000000k buffers
Swap:        0k total,        0k used,        0k free,  3000000k cached
",
            "memory total=8192000000 used=2048000000 free=2048000000 cache=4096000000 swap_total=0@2 swap_used=0@2 swap_free=0@2 @1\n",
        );
        check(
            &TOP_MEMORY,
            "KiB Mem : 13175256+total, 11345678+free,  1000000 used, 17000000 buff/cache\n",
            "memory total=134914621440 used=1024000000 free=116179742720 cache=17408000000 @1\n",
        );
        check(
            &TOP_MEMORY,
            "MiB Mem : 25.0/16000.0 [|||||        ]\nMiB Swap:  0.0/0.0      [          ]\n",
            "memory total=16777216000 available=12582912000 available_percent=75 swap_total=0@2 swap_used=0@2 @1\n",
        );
    }

    #[test]
    fn other_lines_do_not_open() {
        assert!(!MEMINFO.opens("MemTotal: much"));
        assert!(!TOP_MEMORY.opens("Mem:        4026036      963044      127976"));
        assert!(!TOP_MEMORY.opens("MiB of memory used: total"));
    }

    #[test]
    fn a_negative_total_is_survived() {
        testing::survives(&TOP_MEMORY, TOP_SAMPLE, "MiB Mem : 5:4/-2[\n");
        testing::survives(&TOP_MEMORY, TOP_SAMPLE, "MiB Mem : 4.0/-2.0 [|||]\n");
    }

    proptest! {
        #[test]
        fn hostile_text_is_survived(meminfo in testing::hostile(MEMINFO_SAMPLE), top in testing::hostile(TOP_SAMPLE)) {
            testing::survives(&MEMINFO, MEMINFO_SAMPLE, &meminfo);
            testing::survives(&TOP_MEMORY, TOP_SAMPLE, &top);
        }
    }
}
