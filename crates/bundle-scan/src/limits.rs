//! How much of a bundle is read, as clap reads it.

use std::time::Duration;

use bundle_scan_core::Limits;
use clap::Args;

/// Bounds of a scan. The defaults let any honest bundle pass.
#[derive(Args, Debug)]
#[command(
    next_help_heading = "Limits (what lies behind one is a problem in the report, which is then partial)"
)]
pub(crate) struct LimitArgs {
    /// Time for reading: 90s, 5m, 2h. What was read until then is reported. By default there is no end.
    #[arg(long, hide_short_help = true, value_name = "TIME", value_parser = parse_time)]
    max_time: Option<Duration>,

    /// Containers inside containers that are opened.
    #[arg(long, hide_short_help = true, value_name = "N", default_value_t = Limits::default().max_depth)]
    max_depth: usize,

    /// Members in all.
    #[arg(long, hide_short_help = true, value_name = "N", default_value_t = Limits::default().max_members)]
    max_members: u64,

    /// Bytes decoded in all, with an optional k, M, G or T.
    #[arg(long, hide_short_help = true, value_name = "BYTES", value_parser = parse_bytes, default_value = "1T")]
    max_decoded: u64,

    /// Bytes decoded of one member.
    #[arg(long, hide_short_help = true, value_name = "BYTES", value_parser = parse_bytes, default_value = "256G")]
    max_member: u64,

    /// Decoded bytes for each encoded one from which on a member of more than 64M is dense, as bombs are.
    #[arg(long, hide_short_help = true, value_name = "N", default_value_t = Limits::default().max_ratio)]
    max_ratio: u64,

    /// Bytes scanned of all dense members; sixteen times as many are decoded to get to what stands behind them.
    #[arg(long, hide_short_help = true, value_name = "BYTES", value_parser = parse_bytes, default_value = "1G")]
    max_dense: u64,

    /// Bytes of a line shown as evidence.
    #[arg(long, hide_short_help = true, value_name = "BYTES", value_parser = parse_size, default_value = "2k")]
    max_shown: usize,

    /// Names kept of each kind of entity of a finding; others are only counted.
    #[arg(long, hide_short_help = true, value_name = "N", default_value_t = Limits::default().max_entity_values)]
    max_names: usize,

    /// Kinds of errors kept that no signature matches; of more a sample is counted.
    #[arg(long, hide_short_help = true, value_name = "N", default_value_t = Limits::default().max_templates)]
    max_templates: usize,
}

impl LimitArgs {
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            max_time: self.max_time,
            max_depth: self.max_depth,
            max_members: self.max_members,
            max_decoded_bytes: self.max_decoded,
            max_member_bytes: self.max_member,
            max_ratio: self.max_ratio,
            max_dense_bytes: self.max_dense,
            max_shown_bytes: self.max_shown,
            max_entity_values: self.max_names,
            max_templates: self.max_templates,
            ..Limits::default()
        }
    }
}

fn parse_time(text: &str) -> Result<Duration, String> {
    let (number, seconds) = with_unit(text, &[('s', 1), ('m', 60), ('h', 3600)]);
    let number: u64 = number
        .parse()
        .map_err(|_| "expected a time such as 90s, 5m or 2h".to_owned())?;
    Ok(Duration::from_secs(number.saturating_mul(seconds)))
}

fn parse_bytes(text: &str) -> Result<u64, String> {
    let units = [
        ('k', 1 << 10),
        ('K', 1 << 10),
        ('M', 1 << 20),
        ('G', 1 << 30),
        ('T', 1 << 40),
    ];
    let (number, unit) = with_unit(text, &units);
    let number: u64 = number
        .parse()
        .map_err(|_| "expected a number of bytes such as 512M or 20G".to_owned())?;
    number
        .checked_mul(unit)
        .ok_or_else(|| "too large".to_owned())
}

fn parse_size(text: &str) -> Result<usize, String> {
    usize::try_from(parse_bytes(text)?).map_err(|_| "too large".to_owned())
}

/// The number in `text`, and what the unit behind it stands for.
fn with_unit<'t>(text: &'t str, units: &[(char, u64)]) -> (&'t str, u64) {
    let unit = units.iter().find_map(|(unit, times)| {
        let number = text.strip_suffix(*unit)?;
        Some((number, *times))
    });
    unit.unwrap_or((text, 1))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Only {
        #[command(flatten)]
        limits: LimitArgs,
    }

    fn parsed(args: &[&str]) -> Result<Limits, clap::Error> {
        let all = ["x"].iter().chain(args);
        Only::try_parse_from(all).map(|only| only.limits.limits())
    }

    #[test]
    fn the_defaults_are_those_of_the_library() {
        let defaults = parsed(&[]).expect("nothing is required");
        assert_eq!(defaults, Limits::default());
    }

    #[test]
    fn numbers_have_units() {
        let limits = parsed(&["--max-time", "5m", "--max-dense=3M", "--max-shown", "1k"]);
        let limits = limits.expect("they are right");
        assert_eq!(limits.max_time, Some(Duration::from_secs(300)));
        assert_eq!(
            (limits.max_dense_bytes, limits.max_shown_bytes),
            (3 << 20, 1 << 10)
        );
        for wrong in [
            "--max-time=soon",
            "--max-decoded=20X",
            "--max-member=99999999T",
        ] {
            assert!(parsed(&[wrong]).is_err(), "{wrong}");
        }
    }
}
