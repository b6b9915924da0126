//! `kubectl top nodes`, `pods` and `pods --containers`.
//!
//! ```text
//! NAME     CPU(cores)   CPU%   MEMORY(bytes)   MEMORY%
//! node-1   212m         5%     2981Mi          38%
//! node-2   <unknown>    <unknown>   <unknown>   <unknown>
//! ```
//!
//! Does not read the sums below `--sum`, or swap. A node whose metrics are missing has a name only.
//! Source: kubectl `pkg/metricsutil/metrics_printer.go`.

use super::sheet::Reads::{By, Nothing, Word};
use super::sheet::{ColumnReads, PLAIN, Table, Tables};
use crate::fact::{Fact, kind, value};

/// The tables of `kubectl top`.
pub(super) static TABLES: Tables = Tables {
    id: "kubectl-top",
    openers: &["NAME", "NAMESPACE", "POD"],
    tables: &[
        Table {
            needs: &["NAME", "CPU(cores)", "CPU%", "MEMORY(bytes)", "MEMORY%"],
            columns: &[
                ("NAME", Word("node")),
                CPU,
                ("CPU%", By(cpu_percent)),
                MEMORY,
                ("MEMORY%", By(memory_percent)),
                SWAP,
                ("SWAP%", Nothing),
            ],
            finish: |fact| scope(fact, "node"),
            ..OF_TOP
        },
        Table {
            needs: &["POD", "NAME", "CPU(cores)", "MEMORY(bytes)"],
            columns: &[
                ("POD", Word("pod")),
                ("NAME", Word("container")),
                CPU,
                MEMORY,
                SWAP,
            ],
            finish: |fact| scope(fact, "container"),
            ..OF_TOP
        },
        Table {
            needs: &["NAME", "CPU(cores)", "MEMORY(bytes)"],
            columns: &[("NAME", Word("pod")), CPU, MEMORY, SWAP],
            finish: |fact| scope(fact, "pod"),
            ..OF_TOP
        },
    ],
    has_messages: false,
};

const OF_TOP: Table = Table {
    kind: &kind::KUBECTL_TOP,
    ..PLAIN
};

const CPU: ColumnReads = ("CPU(cores)", Word("cpu"));
const MEMORY: ColumnReads = ("MEMORY(bytes)", Word("memory"));
const SWAP: ColumnReads = ("SWAP(bytes)", Nothing);

fn scope(fact: &mut Fact<'_>, scope: &'static str) {
    fact.text("scope", scope, fact.at);
}

fn cpu_percent<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    percent(fact, "cpu_percent", cell, at)
}

fn memory_percent<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    percent(fact, "memory_percent", cell, at)
}

/// `38%`. A bare number is not one: columns are shifted where the size of a node is unknown.
fn percent(fact: &mut Fact<'_>, field: &'static str, cell: &str, at: usize) -> bool {
    if cell == "<unknown>" {
        return true;
    }
    let number = cell.strip_suffix('%').and_then(value::number);
    if let Some(number) = number {
        fact.number(field, number, at);
    }
    number.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::FactParser;
    use crate::fact::kubectl::testing::{check, survives_anything};

    const NODES: &str = "\
NAME     CPU(cores)   CPU%   MEMORY(bytes)   MEMORY%
node-1   212m         5%     2981Mi          38%
node-2   <unknown>    <unknown>   <unknown>   <unknown>
";

    #[test]
    fn nodes_old_and_new() {
        check(
            &TABLES,
            NODES,
            "kubectl_top node=node-1 cpu=0.212 cpu_percent=5 memory=3125805056 memory_percent=38 scope=node @1
             kubectl_top node=node-2 scope=node @2",
        );
        check(
            &TABLES,
            "NAME     CPU(cores)   CPU(%)   MEMORY(bytes)   MEMORY(%)   SWAP(bytes)   SWAP(%)\r\n\
             node-1   1212m        55%      1Mi             138%        0Mi           0%\r\n",
            "kubectl_top node=node-1 cpu=1.212 cpu_percent=55 memory=1048576 memory_percent=138 scope=node @1",
        );
    }

    #[test]
    fn pods_and_containers() {
        check(
            &TABLES,
            "NAMESPACE   NAME    CPU(cores)   MEMORY(bytes)
shop        web-0   3m           55Mi
shop        web-1   1m           5Mi
                    ________     ________
                    4m           60Mi",
            "kubectl_top namespace=shop pod=web-0 cpu=0.003 memory=57671680 scope=pod @1
             kubectl_top namespace=shop pod=web-1 cpu=0.001 memory=5242880 scope=pod @2",
        );
        check(
            &TABLES,
            "POD     NAME   CPU(cores)   MEMORY(bytes)
web-0   app    3m           55Mi
web-0   side",
            "kubectl_top pod=web-0 container=app cpu=0.003 memory=57671680 scope=container @1
             cut",
        );
    }

    #[test]
    fn shifted_rows_are_left_out() {
        check(
            &TABLES,
            "NAME     CPU(cores)   CPU%   MEMORY(bytes)   MEMORY%
node-1   212m         2981Mi
error: metrics not available yet
",
            "",
        );
    }

    #[test]
    fn other_lines_open_nothing() {
        for line in [
            "NAME   CPU   MEMORY",
            "NAME   READY   STATUS   RESTARTS   AGE",
            "POD   IMAGE",
            "NAME   CPU(cores)   MEMORY(bytes)   MORE",
        ] {
            assert!(!TABLES.opens(line), "{line}");
        }
    }

    survives_anything!(&TABLES, NODES);
}
