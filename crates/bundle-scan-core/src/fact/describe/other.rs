//! Namespaces and the network resources of Baidu CCE nodes.
//!
//! ```text
//! Kind:         NetResourceSet
//! Spec:
//!   Eni:
//!     Max Allocate ENI:  8
//! Status:
//!   Enis:
//!     eni-1:
//!       Cce Status:      ReadyOnNode
//! ```
//!
//! kubectl makes titles of the keys of such documents, each release a little differently (`Max I Ps Per ENI`,
//! `Instance - Id`): they are compared without blanks, dashes and case. Quotas and limits of a namespace are not
//! read.
//! Source: `describeNamespace`, `printUnstructuredContent`, `smartLabelFor` of k8s.io/kubectl
//! `pkg/describe/describe.go`; `net_resource_set_types.go` of baidubce/baiducloud-cce-cni-driver.

use std::borrow::Cow;

use super::object::{Object, Titles};
use super::outline::{Line, Node, nodes};
use super::pod;
use crate::fact::{Fact, kind};

/// Appends the fact of a namespace.
pub(super) fn read_namespace<'a>(object: &Object<'_, 'a>, facts: &mut Vec<Fact<'a>>) {
    let mut namespace = object.fact(&kind::NAMESPACE);
    pod::phase(object, &mut namespace);
    object.fill_common(&mut namespace);
    facts.push(namespace);
}

/// Paths of keys, as they are compared, and their fields.
const NRS: &Titles = &[
    ("spec.instanceid", "instance_id"),
    ("spec.eni.instancetype", "instance_type"),
    ("spec.eni.usemode", "eni_type"),
    ("spec.eni.maxallocateeni", "max_enis"),
    ("spec.eni.maxipspereni", "ips_per_eni"),
];

/// Appends the fact of a set of network resources.
pub(super) fn read_nrs<'a>(object: &Object<'_, 'a>, facts: &mut Vec<Fact<'a>>) {
    let mut nrs = object.fact(&kind::NRS);
    for (path, field) in NRS {
        if let Some(Node { line, .. }) = locate(object.lines, path) {
            object.put(&mut nrs, field, line.value);
        }
    }
    if let Some(subnets) = locate(object.lines, "spec.eni.subnetids") {
        let at = object.section.at(subnets.line.text);
        nrs.list("subnets", subnets.values().map(Cow::Borrowed).collect(), at);
    }
    addresses(object, &mut nrs);
    interfaces(object, &mut nrs);
    facts.push(nrs);
}

/// The addresses in use, and those of the pool that are not.
fn addresses<'a>(object: &Object<'_, 'a>, nrs: &mut Fact<'a>) {
    let count = |path| locate(object.lines, path).map(|node| (node, nodes(node.below).count()));
    let used = count("status.ipam.used");
    if let Some((node, count)) = used {
        nrs.number("used_ips", count as f64, object.section.at(node.line.text));
    }
    if let Some((node, pool)) = count("spec.ipam.pool") {
        let free = pool.saturating_sub(used.map_or(0, |(_, count)| count));
        nrs.number(
            "available_ips",
            free as f64,
            object.section.at(node.line.text),
        );
    }
}

/// The state of each network interface, and what went wrong.
fn interfaces<'a>(object: &Object<'_, 'a>, nrs: &mut Fact<'a>) {
    let failed = locate(object.lines, "status.ipam.operatorstatus.error");
    let mut errors: Vec<&'a str> = failed.map(|node| node.line.value).into_iter().collect();
    if let Some(enis) = locate(object.lines, "status.enis") {
        let at = object.section.at(enis.line.text);
        nrs.number("enis", nodes(enis.below).count() as f64, at);
        let states = nodes(enis.below).filter_map(state).collect();
        nrs.list("eni_status", states, at);
        let failed =
            nodes(enis.below).filter_map(|eni| locate(eni.below, "lastallocatediperror.message"));
        errors.extend(failed.map(|node| node.line.value));
    }
    errors.retain(|error| !error.is_empty());
    object.put_list(nrs, "errors", errors);
}

/// `eni-1=ReadyOnNode`.
fn state<'a>(eni: Node<'_, 'a>) -> Option<Cow<'a, str>> {
    let state = locate(eni.below, "ccestatus")?.line.value;
    Some(Cow::Owned(format!("{}={state}", eni.line.key)))
}

/// The entry at the end of a path of keys.
fn locate<'o, 'a>(lines: &'o [Line<'a>], path: &str) -> Option<Node<'o, 'a>> {
    let (key, rest) = path.split_once('.').unwrap_or((path, ""));
    let node = nodes(lines).find(|node| is_titled(node.line.key, key))?;
    if rest.is_empty() {
        Some(node)
    } else {
        locate(node.below, rest)
    }
}

fn is_titled(title: &str, key: &str) -> bool {
    let letters = title.chars().filter(|c| !matches!(c, ' ' | '-'));
    letters.map(|c| c.to_ascii_lowercase()).eq(key.chars())
}

#[cfg(test)]
mod tests {
    use crate::fact::describe::testing::check;

    #[test]
    fn a_namespace_that_does_not_go_away() {
        check(
            "Name:         shop\nLabels:       team=shop\nAnnotations:  <none>\nStatus:       Terminating\nConditions:\n  \
             Type                          Status  LastTransitionTime               Reason   Message\n  \
             ----                          ------  ------------------               ------   -------\n  \
             NamespaceContentRemaining     True    Tue, 10 Mar 2026 10:00:00 +0000  Remains  widgets.acme.example has 1 resource\n\n\
             No resource quota.\n\nNo LimitRange resource.\n",
            "namespace name=shop phase=Terminating labels=team=shop @1\n\
             condition kind=Namespace name=shop type=NamespaceContentRemaining status=True since=2026-03-10T10:00:00Z \
             reason=Remains message=widgets.acme.example has 1 resource lasted=600 @8\n",
        );
    }

    #[test]
    fn network_resources_of_a_node() {
        check(
            "Name:         10.0.0.5\nNamespace:    \nLabels:       <none>\nAnnotations:  <none>\nAPI Version:  \
             cce.baidubce.com/v2\nKind:         NetResourceSet\nMetadata:\n  Generation:  3\nSpec:\n  Eni:\n    \
             Instance - Type:   BCC\n    Max Allocate ENI:  8\n    Max I Ps Per ENI:  40\n    Subnet - Ids:\n      sbn-1\n      \
             sbn-2\n    Use Mode:  Secondary\n  Instance - Id:  i-1\n  Ipam:\n    Pool:\n      10.1.0.7:\n        \
             Resource:  eni-1\n      10.1.0.8:\n        Resource:  eni-1\n      10.1.0.9:\n        Resource:  eni-1\nStatus:\n  \
             Enis:\n    eni-1:\n      Cce Status:  ReadyOnNode\n      Id:          eni-1\n      Last Allocated IP Error:\n        \
             Code:     failed\n        Message:  no more addresses\n      Subnet Id:   sbn-1\n      Vpc Status:  inuse\n    \
             eni-2:\n      Cce Status:  Pending\n  Ipam:\n    Operator - Status:\n    Used:\n      10.1.0.7:\n        \
             Owner:  shop/web-0\nEvents:  <none>\n",
            "nrs name=10.0.0.5 instance_id=i-1 instance_type=BCC eni_type=Secondary max_enis=8 ips_per_eni=40 \
             subnets=sbn-1,sbn-2 used_ips=1 available_ips=2 enis=2 eni_status=eni-1=ReadyOnNode,eni-2=Pending \
             errors=no more addresses @1\n",
        );
    }
}
