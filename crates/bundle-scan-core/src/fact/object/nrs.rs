//! Reads the network resources of a node in Baidu CCE: which interfaces (ENI) and addresses it got, and why it got no
//! more.
//!
//! ```text
//! {"kind": "NetResourceSet", "spec": {"eni": {"maxAllocateENI": 3}, "ipam": {"pool": {"10.1.0.8": {}}}},
//!  "status": {"enis": {"eni-1": {"cceStatus": "ReadyOnNode", "vpcStatus": "inuse"}}}}
//! ```
//! The manuals write `NetworkResourceSet`. Its events are read as those of any object. Source: `NetResourceSet` in
//! baidubce/baiducloud-cce-cni-driver, `cce-network-v2/pkg/k8s/apis/cce.baidubce.com/v2/net_resource_set_types.go`,
//! `ENISpec` in `pkg/bce/api/types.go`, and `IPAMSpec`, `IPAMStatus` in `pkg/ipam/types/types.go`.

use std::borrow::Cow;

use super::part::{Row, begin, is_whole, take_rows, word};
use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::{Entry, Located, Tree};

const ROWS: &[Row] = &[
    ("instance_id", "spec.instance-id"),
    ("instance_type", "spec.eni.instance-type"),
    // The operator makes its ENIs of the type of the instance.
    ("eni_type", "spec.eni.instance-type"),
    ("use_mode", "spec.eni.useMode"),
    ("zone", "spec.eni.availability-zone"),
    ("max_enis", "spec.eni.maxAllocateENI"),
    ("ips_per_eni", "spec.eni.maxIPsPerENI"),
    ("subnets", "spec.eni.subnet-ids"),
    ("available_subnets", "status.ipam.available-subnet-ids"),
    ("route_cidrs", "status.ipam.vpc-route-cidrs"),
];

/// Reads a NetResourceSet.
pub(super) fn nrs<'a>(object: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    let mut fact = begin(&kind::NRS, object, section);
    node(&mut fact, object);
    take_rows(&mut fact, object, ROWS);
    enis(&mut fact, object, section);
    addresses(&mut fact, object, section);
    pod_cidrs(&mut fact, object);
    errors(&mut fact, object);
    facts.push(fact);
}

/// The node that owns it. That for the RDMA interfaces of a node has a name of its own,
/// `10.0.0.6-02aabbccddee-rdmaroce`.
fn node<'a>(fact: &mut Fact<'a>, object: &Tree<'a>) {
    let owners = object.get("metadata").get("ownerReferences").items();
    let node = owners
        .iter()
        .find(|owner| owner.get("kind").text() == Some("Node"));
    fact.take("node", node.and_then(|node| node.locate("name")));
    fact.take("node", object.locate("metadata.name"));
}

/// The ENIs that the node has, each as `id=state in CCE/state in VPC`. Only a node whose pods get addresses of ENIs
/// wants any.
fn enis<'a>(fact: &mut Fact<'a>, object: &Tree<'a>, section: &Section<'a>) {
    let Some(wanted) = wanted_enis(object) else {
        return;
    };
    let found = object.locate("status.enis");
    let entries = found.map_or(&[][..], |enis| enis.tree.entries());
    if entries.is_empty() && !is_whole(section) {
        return;
    }
    let at = found.map_or(wanted.at, |enis| enis.at);
    fact.number("enis", entries.len() as f64, at);
    let printed = entries.iter().map(|entry| {
        let text = |key| entry.value.get(key).text().unwrap_or("");
        let states = (text("cceStatus"), text("vpcStatus"));
        format!("{}={}/{}", entry.key, states.0, states.1).into()
    });
    fact.list("eni_status", printed.collect(), at);
}

fn wanted_enis<'a>(object: &Tree<'a>) -> Option<Located<'a>> {
    let wanted = object.locate("spec.eni");
    wanted.filter(|wanted| !wanted.tree.entries().is_empty())
}

/// The addresses that the operator set aside for the node, and those that pods have. Addresses of other subnets are not
/// out of that pool.
fn addresses<'a>(fact: &mut Fact<'a>, object: &Tree<'a>, section: &Section<'a>) {
    let pool = object.locate("spec.ipam.pool");
    let wanted = wanted_enis(object).filter(|_| is_whole(section));
    let Some(place) = pool.or(wanted) else {
        return;
    };
    let pool_ips = pool.map_or(0, |pool| pool.tree.entries().len());
    let used = object.locate("status.ipam.used");
    let used_ips = used.map_or(0, |used| used.tree.entries().len());
    let status = object.get("status").get("ipam");
    let borrowed_ips = status.get("crossSubnetUsed").entries().len();
    let used_at = used.map_or(place.at, |used| used.at);
    fact.number("pool_ips", pool_ips as f64, place.at);
    fact.number("used_ips", (used_ips + borrowed_ips) as f64, used_at);
    let available_ips = pool_ips.saturating_sub(used_ips);
    fact.number("available_ips", available_ips as f64, place.at);
}

/// The ranges of a node in VPC-Route mode with their states, `10.1.0.0/24=in-use`.
fn pod_cidrs<'a>(fact: &mut Fact<'a>, object: &Tree<'a>) {
    if let Some(found) = object.locate("status.ipam.pod-cidrs") {
        let entries = found.tree.entries().iter();
        let printed = entries.map(|entry| {
            let status = entry.value.get("status").text().unwrap_or("");
            format!("{}={status}", entry.key).into()
        });
        fact.list("pod_cidrs", printed.collect(), found.at);
    }
    fact.take("pod_cidrs", object.locate("spec.ipam.podCIDRs"));
}

/// What the operator says went wrong: for the node, and for each ENI as `eni: code: message`.
fn errors<'a>(fact: &mut Fact<'a>, object: &Tree<'a>) {
    let mut errors = Vec::new();
    let mut places = Vec::new();
    if let Some(found) = object.locate("status.ipam.operator-status.error")
        && let Some(error) = word(found.tree)
    {
        errors.push(error);
        places.push(found.at);
    }
    for entry in object.get("status").get("enis").entries() {
        if let Some((error, at)) = eni_error(entry) {
            errors.push(error);
            places.push(at);
        }
    }
    fact.list("errors", errors, places.first().copied().unwrap_or(0));
}

fn eni_error<'a>(entry: &Entry<'a>) -> Option<(Cow<'a, str>, usize)> {
    let error = entry.value.locate("lastAllocatedIPError")?;
    let text = |key| error.tree.get(key).text().unwrap_or("");
    let at = error
        .tree
        .locate("message")
        .map_or(error.at, |found| found.at);
    let printed = match (text("code"), text("message")) {
        ("", "") | ("ok" | "Success", _) => return None,
        (code, "") => format!("{}: {code}", entry.key),
        ("", message) => format!("{}: {message}", entry.key),
        (code, message) => format!("{}: {code}: {message}", entry.key),
    };
    Some((printed.into(), at))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fact::object::testing::{changes, check, check_cut, survives};

    const NRS: &str = r#"{"kind": "NetResourceSet",
"metadata": {"name": "10.0.0.6-02aabbccddee-rdmaroce",
  "ownerReferences": [{"kind": "Node", "name": "10.0.0.6"}]},
"spec": {
  "eni": {
    "availability-zone": "zoneB",
    "instance-type": "bcc",
    "maxAllocateENI": 2,
    "maxIPsPerENI": 9,
    "subnet-ids": ["sbn-1", "sbn-2"],
    "useMode": "Secondary"},
  "instance-id": "i-1",
  "ipam": {
    "pool": {"10.1.0.8": {}, "10.1.0.9": {}, "10.1.0.10": {}}}},
"status": {
  "enis": {
    "eni-1": {"cceStatus": "ReadyOnNode", "vpcStatus": "inuse"},
    "eni-2": {"cceStatus": "Pending", "vpcStatus": "attaching",
      "lastAllocatedIPError": {"code": "OpenAPIError",
        "message": "subnet sbn-2 has no address", "time": "2026-04-01T11:00:00Z"}},
    "eni-3": {"lastAllocatedIPError": {"code": "ok"}}},
  "ipam": {
    "available-subnet-ids": ["sbn-1"],
    "crossSubnetUsed": {"10.9.0.1": {}},
    "operator-status": {
      "error": "quota reached"},
    "used": {"10.1.0.8": {"owner": "shop/web-0"}}}}}"#;

    #[test]
    fn interfaces_and_addresses_of_a_node() {
        check(
            nrs,
            NRS,
            "
            nrs @1
              available_ips=2 @14
              available_subnets=sbn-1 @23
              eni_status=eni-1=ReadyOnNode/inuse,eni-2=Pending/attaching,eni-3=/ @16
              eni_type=bcc @7
              enis=3 @16
              errors=quota reached,eni-2: OpenAPIError: subnet sbn-2 has no address @26
              instance_id=i-1 @12
              instance_type=bcc @7
              ips_per_eni=9 @9
              max_enis=2 @8
              name=10.0.0.6-02aabbccddee-rdmaroce @2
              node=10.0.0.6 @3
              pool_ips=3 @14
              subnets=sbn-1,sbn-2 @10
              use_mode=Secondary @11
              used_ips=2 @27
              zone=zoneB @6
            ",
        );
    }

    #[test]
    fn ranges_of_a_node_in_route_mode() {
        check(
            nrs,
            r#"{"metadata": {"name": "10.0.0.7"},
"spec": {"instance-id": "i-2", "eni": null, "ipam": {"podCIDRs": ["10.2.0.0/24"]}},
"status": {"ipam": {"operator-status": {},
  "pod-cidrs": {"10.2.0.0/24": {"status": "depleted"}},
  "vpc-route-cidrs": {"10.2.0.0/24": "in-use"}}}}"#,
            "
            nrs @1
              instance_id=i-2 @2
              name=10.0.0.7 @1
              node=10.0.0.7 @1
              pod_cidrs=10.2.0.0/24=depleted @4
              route_cidrs=10.2.0.0/24=in-use @5
            ",
        );
    }

    #[test]
    fn nothing_is_missed_where_it_may_be_cut_off() {
        check_cut(
            nrs,
            r#"{"metadata": {"name": "10.0.0.8"},
"spec": {"eni": {"maxAllocateENI": 8}}}"#,
            "
            nrs @1
              max_enis=8 @2
              name=10.0.0.8 @1
              node=10.0.0.8 @1
            ",
        );
    }

    #[test]
    fn a_node_that_got_nothing_yet() {
        check(
            nrs,
            r#"{"metadata": {"name": "10.0.0.8"},
"spec": {"eni": {"maxAllocateENI": 8}},
"status": {}}"#,
            "
            nrs @1
              available_ips=0 @2
              enis=0 @2
              max_enis=8 @2
              name=10.0.0.8 @1
              node=10.0.0.8 @1
              pool_ips=0 @2
              used_ips=0 @2
            ",
        );
    }

    proptest! {
        #[test]
        fn whatever_stands_in_the_document_is_survived(changes in changes()) {
            survives(nrs, NRS, &changes);
        }
    }
}
