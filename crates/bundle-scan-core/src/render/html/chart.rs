//! The findings along time, host by host: a row of bars each, all on one scale of time.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::finding::anchor;
use super::parts::{both, shown, word};
use crate::base::time::NANOS_PER_SECOND;
use crate::render::moment::{grouped, to_second};
use crate::report::timeline::{Event, Grid, Place, Timeline};

/// Width of a bucket and height of a row, in units of the drawing.
const BUCKET: usize = 10;
const HEIGHT: u64 = 24;
/// Marks on the scale of time.
const TICKS: usize = 5;

/// The section of the page; nothing where no time is known.
pub(super) fn timeline(timeline: &Timeline<'_>) -> Markup {
    let Some(grid) = timeline.grid else {
        return html! {};
    };
    html! {
        section #timeline {
            table.chart {
                thead { tr { th {} td { (scale(grid)) } } }
                @for section in &timeline.sections {
                    tbody {
                        @if timeline.has_several_hosts { tr.place { th colspan="2" { (place(section.place)) } } }
                        @for event in &section.events { (row(grid, event, &section.boots)) }
                    }
                }
            }
        }
    }
}

fn place(place: Place<'_>) -> Markup {
    match place {
        Place::Host(host) => shown(host),
        Place::Several => word(|words| words.several_hosts),
        Place::Unnamed => word(|words| words.no_host),
    }
}

fn row(grid: Grid, event: &Event<'_>, boots: &BTreeSet<i64>) -> Markup {
    let finding = event.finding;
    let title = &finding.signature.spec().title;
    let boots: Vec<i64> = boots.iter().copied().collect();
    html! {
        tr data-finding=(anchor(finding.id())) {
            th scope="row" title=(title.en) data-en=(title.en) data-zh=(title.zh) { a href={ "#" (anchor(finding.id())) } { (both(|lang| title.text(lang).to_owned())) } }
            td {
                @if event.buckets.is_empty() { (word(|words| words.no_time)) }
                @else { (bars(grid, &event.buckets, &boots, finding.severity().as_str())) }
            }
        }
    }
}

/// Counts as bars, and boots (nanoseconds since 1970-01-01T00:00:00Z) as lines.
pub(super) fn bars(grid: Grid, buckets: &[(i64, u64)], boots: &[i64], class: &str) -> Markup {
    let most = buckets.iter().map(|(_, count)| *count).max().unwrap_or(1);
    let width = grid.buckets * BUCKET;
    html! {
        svg.bars.(class) viewBox={ "0 0 " (width) " " (HEIGHT) } preserveAspectRatio="none" role="img" {
            @for (start, count) in buckets {
                @let height = height(*count, most);
                rect x=(x(grid, *start)) y=(HEIGHT - height) width=(BUCKET) height=(height) {
                    title { (to_second(start * NANOS_PER_SECOND)) ": " (grouped(*count)) "×" }
                }
            }
            @for boot in boots {
                rect.boot x=(x(grid, boot / NANOS_PER_SECOND)) y="0" width="1" height=(HEIGHT) {
                    title { "↻ " (to_second(*boot)) }
                }
            }
        }
    }
}

/// Where an instant stands in the drawing, in seconds since 1970-01-01T00:00:00Z.
fn x(grid: Grid, seconds: i64) -> i64 {
    let units = i64::try_from(BUCKET).unwrap_or(1);
    (seconds - grid.start).saturating_mul(units) / grid.seconds.max(1)
}

/// Grows with the logarithm of the count: one among thousands is still seen.
fn height(count: u64, most: u64) -> u64 {
    let doublings = |number: u64| u64::from(u64::BITS - number.leading_zeros());
    (doublings(count) * HEIGHT / doublings(most).max(1)).clamp(3, HEIGHT)
}

/// Instants at even distances.
fn scale(grid: Grid) -> Markup {
    let span = grid
        .seconds
        .saturating_mul(i64::try_from(grid.buckets).unwrap_or(i64::MAX));
    let ticks = (0..TICKS as i64).map(|tick| grid.start + span / (TICKS as i64 - 1) * tick);
    html! {
        div.scale { @for tick in ticks { span { (to_second(tick.saturating_mul(NANOS_PER_SECOND))) } } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_bars_are_seen_and_none_leaves_the_row() {
        for (count, most, expected) in [
            (1, 1, 24),
            (1, 1_000_000, 3),
            (1_000_000, 1_000_000, 24),
            (0, 0, 3),
        ] {
            assert_eq!(height(count, most), expected, "{count} of {most}");
        }
    }
}
