//! `helm list` of helm 2 and 3.
//!
//! ```text
//! NAME  NAMESPACE  REVISION  UPDATED                                 STATUS    CHART      APP VERSION
//! web   shop       3         2026-03-10 10:17:41.123456 +0800 CST    deployed  web-1.2.0  v4.5.6
//! ```
//!
//! The time of the update is not kept, since helm 2 prints it without a zone. Does not read `helm status` and `helm
//! history`.
//! Source: helm `cmd/helm/list.go` (helm 2: `formatList`); the statuses are those of `pkg/release/status.go`, and those
//! of helm 2 from `hapi/release/status.proto`.

use super::cells::is_nothing;
use super::sheet::Reads::{By, Text, Word};
use super::sheet::{PLAIN, Table, Tables};
use crate::fact::{Fact, kind};

/// The table of `helm list`.
pub(super) static TABLES: Tables = Tables {
    id: "helm-list",
    openers: &["NAME"],
    tables: &[Table {
        kind: &kind::HELM_RELEASE,
        needs: &["NAME", "REVISION", "UPDATED", "STATUS", "CHART"],
        columns: &[
            ("REVISION", Word("revision")),
            ("UPDATED", By(updated)),
            ("STATUS", By(status)),
            ("CHART", Word("chart")),
            ("APP VERSION", Text("app_version")),
        ],
        may_be_empty: &[&["APP VERSION"]],
        free: Some("UPDATED"),
        ..PLAIN
    }],
    has_messages: false,
};

/// Statuses of helm 3, and what helm 2 calls them.
const STATUSES: [(&str, &str); 9] = [
    ("deployed", "DEPLOYED"),
    ("failed", "FAILED"),
    ("pending-install", "PENDING_INSTALL"),
    ("pending-rollback", "PENDING_ROLLBACK"),
    ("pending-upgrade", "PENDING_UPGRADE"),
    ("superseded", "SUPERSEDED"),
    ("uninstalled", "DELETED"),
    ("uninstalling", "DELETING"),
    ("unknown", "UNKNOWN"),
];

fn status<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    let found = STATUSES
        .iter()
        .find(|(new, old)| cell == *new || cell == *old);
    if let Some((status, _)) = found {
        fact.text("status", *status, at);
    }
    found.is_some()
}

/// `2026-03-10 10:17:41.123456 +0800 CST`, or `Tue Mar 10 10:17:41 2026`.
fn updated<'a>(_: &mut Fact<'a>, cell: &'a str, _: usize) -> bool {
    is_nothing(cell) || cell.contains(':')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::FactParser;
    use crate::fact::kubectl::testing::{check, survives_anything};

    const HELM_3: &str = concat!(
        "NAME \tNAMESPACE\tREVISION\tUPDATED                                \tSTATUS         \tCHART       \tAPP VERSION\n",
        "web  \tshop     \t3       \t2026-03-10 10:17:41.123456 +0800 CST   \tdeployed       \tweb-1.2.0   \tv4.5.6     \n",
        "cache\tshop     \t12      \t2026-03-10 10:17:41.123456789 +0000 UTC\tpending-upgrade\tcache-0.1.0 \t           \n",
    );

    #[test]
    fn helm_3() {
        check(
            &TABLES,
            HELM_3,
            "helm_release name=web namespace=shop revision=3 status=deployed chart=web-1.2.0 app_version=v4.5.6 @1
             helm_release name=cache namespace=shop revision=12 status=pending-upgrade chart=cache-0.1.0 @2",
        );
    }

    #[test]
    fn helm_2() {
        check(
            &TABLES,
            "NAME    REVISION    UPDATED                     STATUS      CHART        APP VERSION    NAMESPACE
web     3           Tue Mar 10 10:17:41 2026    DEPLOYED    web-1.2.0                   shop
old     1           Tue Mar 10 10:17:41 2026    DELETED     old-0.1.0    2.0            shop
",
            "helm_release name=web revision=3 status=deployed chart=web-1.2.0 namespace=shop @1
             helm_release name=old revision=1 status=uninstalled chart=old-0.1.0 app_version=2.0 namespace=shop @2",
        );
        check(
            &TABLES,
            "NAME REVISION UPDATED STATUS CHART NAMESPACE\r\nweb 3 Tue Mar 10 10:17:41 2026 FAILED web-1.2.0 shop\r\n",
            "helm_release name=web revision=3 status=failed chart=web-1.2.0 namespace=shop @1",
        );
    }

    #[test]
    fn what_breaks_off_is_cut() {
        check(
            &TABLES,
            "NAME\tNAMESPACE\tREVISION\tUPDATED\tSTATUS\tCHART\tAPP VERSION\nweb \tshop     \t3",
            "cut",
        );
    }

    #[test]
    fn other_lines_open_nothing() {
        for line in [
            "NAME   NAMESPACE   STATUS",
            "REVISION   UPDATED   STATUS   CHART   APP VERSION   DESCRIPTION",
            "NAME   URL",
            "NAME of the release",
        ] {
            assert!(!TABLES.opens(line), "{line}");
        }
    }

    survives_anything!(&TABLES, HELM_3);
}
