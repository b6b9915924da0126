//! Reads Services, Endpoints and EndpointSlices.
//!
//! ```text
//! {"kind": "Service", "spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080, "protocol": "TCP"}]}}
//! ```
//! Ports and addresses are written as kubectl prints them. Source: k8s.io/api core/v1 and discovery/v1;
//! `makePortString` and `getServiceExternalIP` in kubernetes `pkg/printers/internalversion/printers.go`.

use std::borrow::Cow;

use super::meta::metadata;
use super::part::{
    Row, balancer_addresses, begin, is_whole, items, joined, keyed, take_rows, word,
};
use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::{Located, Tree};

const SERVICE_ROWS: &[Row] = &[
    ("type", "spec.type"),
    ("cluster_ip", "spec.clusterIP"),
    ("selector", "spec.selector"),
    ("external_traffic_policy", "spec.externalTrafficPolicy"),
    ("session_affinity", "spec.sessionAffinity"),
    ("external_name", "spec.externalName"),
];

/// Reads a Service.
pub(super) fn service<'a>(object: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    let mut fact = begin(&kind::SERVICE, object, section);
    take_rows(&mut fact, object, SERVICE_ROWS);
    let (ports, at) = items(object.locate("spec.ports"));
    fact.list("ports", ports.iter().filter_map(printed_port).collect(), at);
    if let Some(ip) = object.locate("spec.clusterIP") {
        fact.flag("headless", ip.tree.text() == Some("None"), ip.at);
    }
    let (mut addresses, balancer_at) = balancer_addresses(object);
    fact.text("load_balancer_ip", joined(addresses.clone()), balancer_at);
    let (external, external_at) = items(object.locate("spec.externalIPs"));
    let at = if addresses.is_empty() {
        external_at
    } else {
        balancer_at
    };
    addresses.extend(external.iter().filter_map(word));
    fact.list("external_ips", addresses, at);
    facts.push(fact);
}

/// `80/TCP`, `80:30080/TCP`.
fn printed_port<'a>(port: &Tree<'a>) -> Option<Cow<'a, str>> {
    let number = port.get("port").number()?;
    let protocol = port.get("protocol").text().unwrap_or("TCP");
    let node_port = port.get("nodePort").number().filter(|port| *port > 0.0);
    Some(Cow::Owned(match node_port {
        Some(node_port) => format!("{number}:{node_port}/{protocol}"),
        None => format!("{number}/{protocol}"),
    }))
}

/// On Endpoints that are no addresses but a lock of the leader among some processes, before Kubernetes 1.20.
const LOCK_ANNOTATION: &str = "control-plane.alpha.kubernetes.io/leader";

/// Reads Endpoints.
pub(super) fn endpoints<'a>(object: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    if keyed(object.locate("metadata.annotations"), LOCK_ANNOTATION).is_some() {
        return;
    }
    let mut fact = begin(&kind::ENDPOINTS, object, section);
    let subsets = object.locate("subsets");
    let (elements, _) = items(subsets);
    for (field, key) in [("ready", "addresses"), ("not_ready", "notReadyAddresses")] {
        let counts = elements.iter().map(|subset| subset.get(key).items().len());
        put_count(&mut fact, section, field, counts.sum(), subsets);
    }
    let ports = elements
        .iter()
        .flat_map(|subset| subset.get("ports").items());
    let at = subsets.map_or(0, |subsets| subsets.at);
    fact.list("ports", ports.filter_map(printed_port).collect(), at);
    facts.push(fact);
}

/// Reads an EndpointSlice, under the name of its service.
pub(super) fn endpoint_slice<'a>(
    object: &Tree<'a>,
    section: &Section<'a>,
    facts: &mut Vec<Fact<'a>>,
) {
    let mut fact = Fact::new(&kind::ENDPOINTS, object.at().unwrap_or(0));
    let labels = object.locate("metadata.labels");
    fact.take("name", keyed(labels, "kubernetes.io/service-name"));
    metadata(&mut fact, object, section);
    let endpoints = object.locate("endpoints");
    let (mut ready, mut not_ready) = (0, 0);
    for endpoint in items(endpoints).0 {
        let addresses = endpoint.get("addresses").items().len();
        // No answer is to be taken for ready.
        match endpoint.get("conditions").get("ready").flag() {
            Some(false) => not_ready += addresses,
            _ => ready += addresses,
        }
    }
    put_count(&mut fact, section, "ready", ready, endpoints);
    put_count(&mut fact, section, "not_ready", not_ready, endpoints);
    let (ports, at) = items(object.locate("ports"));
    fact.list("ports", ports.iter().filter_map(printed_port).collect(), at);
    facts.push(fact);
}

/// Sets how many there are; none only if none can have been cut off.
fn put_count<'a>(
    fact: &mut Fact<'a>,
    section: &Section<'a>,
    field: &'static str,
    count: usize,
    counted: Option<Located<'a>>,
) {
    if count > 0 || is_whole(section) {
        let at = counted.map_or(fact.at, |counted| counted.at);
        fact.number(field, count as f64, at);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fact::object::testing::{changes, check, check_cut, survives};

    const SERVICE: &str = r#"{"kind": "Service",
"metadata": {"namespace": "shop", "name": "web"},
"spec": {
  "clusterIP": "10.96.0.14",
  "externalIPs": ["203.0.113.9"],
  "externalTrafficPolicy": "Local",
  "ports": [
    {"name": "http", "port": 80, "nodePort": 30080, "protocol": "TCP", "targetPort": "http"},
    {"name": "dns", "port": 53, "protocol": "UDP"},
    {"port": 443, "nodePort": 0}],
  "selector": {"app": "web"},
  "sessionAffinity": "None",
  "type": "LoadBalancer"},
"status": {"loadBalancer": {
  "ingress": [{"ip": "203.0.113.7"}, {"hostname": "lb.example.com"}]}}}"#;

    const ENDPOINTS: &str = r#"{"kind": "Endpoints", "metadata": {"namespace": "shop", "name": "web"},
"subsets": [
  {"addresses": [{"ip": "10.1.0.4"}, {"ip": "10.1.0.5"}],
   "notReadyAddresses": [{"ip": "10.1.0.6"}],
   "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}]},
  {"notReadyAddresses": [{"ip": "10.1.0.7"}], "ports": [{"port": 53, "protocol": "UDP"}]}]}"#;

    const SLICE: &str = r#"{"kind": "EndpointSlice",
"metadata": {"namespace": "shop", "name": "web-x7k2p",
  "labels": {"kubernetes.io/service-name": "web"}},
"addressType": "IPv4",
"endpoints": [
  {"addresses": ["10.1.0.4"], "conditions": {"ready": true}},
  {"addresses": ["10.1.0.5"], "conditions": {"ready": null}},
  {"addresses": ["10.1.0.6"], "conditions": {"ready": false, "serving": true}}],
"ports": [{"name": "http", "port": 8080, "protocol": "TCP"}, {"name": "all", "port": null}]}"#;

    #[test]
    fn a_service_behind_a_load_balancer() {
        check(
            service,
            SERVICE,
            "
            service @1
              cluster_ip=10.96.0.14 @4
              external_ips=203.0.113.7,lb.example.com,203.0.113.9 @15
              external_traffic_policy=Local @6
              headless=false @4
              load_balancer_ip=203.0.113.7,lb.example.com @15
              name=web @2
              namespace=shop @2
              ports=80:30080/TCP,53/UDP,443/TCP @7
              selector=app=web @11
              session_affinity=None @12
              type=LoadBalancer @13
            ",
        );
    }

    #[test]
    fn a_service_without_an_address() {
        check(
            service,
            r#"{"metadata": {"namespace": "db", "name": "pg"},
"spec": {"type": "ClusterIP",
  "clusterIP": "None", "ports": [{"port": 5432, "protocol": "TCP"}]}, "status": {"loadBalancer": {}}}"#,
            "
            service @1
              cluster_ip=None @3
              headless=true @3
              name=pg @1
              namespace=db @1
              ports=5432/TCP @3
              type=ClusterIP @2
            ",
        );
    }

    #[test]
    fn a_service_that_is_a_name() {
        check(
            service,
            r#"{"metadata": {"namespace": "db", "name": "out"},
"spec": {"type": "ExternalName", "externalName": "db.example.com"}}"#,
            "
            service @1
              external_name=db.example.com @2
              name=out @1
              namespace=db @1
              type=ExternalName @2
            ",
        );
    }

    #[test]
    fn addresses_behind_a_service() {
        check(
            endpoints,
            ENDPOINTS,
            "
            endpoints @1
              name=web @1
              namespace=shop @1
              not_ready=2 @2
              ports=8080/TCP,53/UDP @2
              ready=2 @2
            ",
        );
    }

    #[test]
    fn a_service_with_nothing_behind_it() {
        check(
            endpoints,
            r#"{"metadata": {"namespace": "shop", "name": "idle"}}"#,
            "
            endpoints @1
              name=idle @1
              namespace=shop @1
              not_ready=0 @1
              ready=0 @1
            ",
        );
    }

    #[test]
    fn no_answer_of_an_endpoint_is_ready() {
        check(
            endpoint_slice,
            SLICE,
            "
            endpoints @1
              name=web @3
              namespace=shop @2
              not_ready=1 @5
              ports=8080/TCP @9
              ready=2 @5
            ",
        );
    }

    #[test]
    fn a_slice_without_endpoints_or_label() {
        check(
            endpoint_slice,
            r#"{"metadata": {"namespace": "shop", "name": "own-1"},
"addressType": "IPv4", "endpoints": null, "ports": null}"#,
            "
            endpoints @1
              name=own-1 @1
              namespace=shop @1
              not_ready=0 @2
              ready=0 @2
            ",
        );
    }

    #[test]
    fn a_lock_of_a_leader_is_no_service() {
        check(
            endpoints,
            r#"{"metadata": {"namespace": "kube-system", "name": "kube-scheduler",
  "annotations": {"control-plane.alpha.kubernetes.io/leader": "{}"}}}"#,
            "",
        );
    }

    #[test]
    fn none_are_counted_where_some_may_be_cut_off() {
        check_cut(
            endpoints,
            r#"{"metadata": {"namespace": "shop", "name": "web"},
"subsets": [
  {"addresses": [{"ip": "10.1.0.4"}]}]}"#,
            "
            endpoints @1
              name=web @1
              namespace=shop @1
              ready=1 @2
            ",
        );
    }

    proptest! {
        #[test]
        fn whatever_stands_in_the_document_is_survived(changes in changes()) {
            survives(service, SERVICE, &changes);
            survives(endpoints, ENDPOINTS, &changes);
            survives(endpoint_slice, SLICE, &changes);
        }
    }
}
