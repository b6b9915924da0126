//! Counts along time as a row of block characters.

use crate::report::timeline::Grid;

/// Columns of the longest row.
const MAX_COLUMNS: usize = 30;
/// From few to the most of a row.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Where columns stand: the same for all rows, so that rows can be held against each other.
#[derive(Clone, Copy)]
pub(super) struct Ruler {
    grid: Grid,
    /// Buckets joined in a column.
    joined: usize,
}

impl Ruler {
    pub(super) fn new(grid: Grid) -> Self {
        Ruler {
            grid,
            joined: grid.buckets.div_ceil(MAX_COLUMNS).max(1),
        }
    }

    /// Columns of a row.
    pub(super) fn columns(&self) -> usize {
        self.grid.buckets.div_ceil(self.joined)
    }

    /// Seconds in a column.
    pub(super) fn seconds(&self) -> i64 {
        let joined = i64::try_from(self.joined).unwrap_or(i64::MAX);
        self.grid.seconds.saturating_mul(joined)
    }

    /// The row of these counts, by starts of buckets. Its highest column is full; a column of nothing is a space.
    pub(super) fn row(&self, buckets: &[(i64, u64)]) -> String {
        let mut counts = vec![0_u64; self.columns()];
        for (start, count) in buckets {
            let bucket = (start - self.grid.start) / self.grid.seconds;
            let column = usize::try_from(bucket).map(|bucket| bucket / self.joined);
            if let Some(sum) = column.ok().and_then(|column| counts.get_mut(column)) {
                *sum = sum.saturating_add(*count);
            }
        }
        let most = counts.iter().copied().max().unwrap_or(0);
        counts.iter().map(|count| block(*count, most)).collect()
    }
}

fn block(count: u64, most: u64) -> char {
    let levels = BLOCKS.len() as u128;
    let level = (u128::from(count) * levels).div_ceil(u128::from(most).max(1));
    usize::try_from(level)
        .ok()
        .and_then(|level| BLOCKS.get(level.checked_sub(1)?))
        .copied()
        .unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruler(buckets: usize) -> Ruler {
        Ruler::new(Grid {
            start: 600,
            seconds: 60,
            buckets,
        })
    }

    #[test]
    fn the_most_is_full_and_a_little_is_seen() {
        assert_eq!(
            ruler(5).row(&[(600, 1), (660, 500), (720, 1_000), (840, 126)]),
            "▁▄█ ▂"
        );
        assert_eq!(ruler(1).row(&[(600, u64::MAX)]), "█");
        assert_eq!(ruler(3).row(&[]), "   ");
    }

    #[test]
    fn a_long_span_joins_buckets() {
        let ruler = ruler(59);
        assert_eq!((ruler.columns(), ruler.seconds()), (30, 120));
        let row = ruler.row(&[(600, 1), (660, 1), (600 + 58 * 60, 1)]);
        assert_eq!(row, format!("█{}▄", " ".repeat(28)));
    }
}
