//! Services, endpoints and ingresses.
//!
//! ```text
//! Type:       NodePort                  TLS:
//! IP:         10.96.0.7                   cert terminates shop.example
//! Port:       http  80/TCP              Rules:
//! NodePort:   http  30080/TCP             Host          Path  Backends
//! Endpoints:  10.1.0.7:80 + 3 more...     ----          ----  --------
//!                                         shop.example
//!                                                       /     web:80 (10.1.0.7:80)
//! ```
//!
//! Rules without paths are not printed, so their number is known only where a host stands alone.
//! Source: `describeService`, `describeEndpoints`, `describeIngressV1`, `formatEndpointSlices` of k8s.io/kubectl
//! `pkg/describe/describe.go`.

use std::borrow::Cow;

use nom::bytes::complete::{tag, take_until};
use nom::character::complete::digit1;
use nom::sequence::delimited;
use nom::{IResult, Parser};

use super::columns;
use super::object::{Object, Titles};
use super::outline::{Line, Node, is_nothing, nodes};
use crate::fact::backend::push_with_backends;
use crate::fact::{Fact, kind};

const SERVICE: &Titles = &[
    ("Type", "type"),
    ("IP", "cluster_ip"),
    ("External IPs", "external_ips"),
    ("Session Affinity", "session_affinity"),
    ("External Traffic Policy", "external_traffic_policy"),
    ("External Name", "external_name"),
];

/// Appends the fact of a service.
pub(super) fn read_service<'a>(object: &Object<'_, 'a>, facts: &mut Vec<Fact<'a>>) {
    let mut service = object.fact(&kind::SERVICE);
    object.fill(&mut service, SERVICE);
    object.fill_common(&mut service);
    if let Some(ingress) = object.value("LoadBalancer Ingress") {
        // A mode may follow the address: `10.0.0.9 (VIP)`.
        let address = ingress.split([',', ' ']).next().unwrap_or(ingress);
        object.put(&mut service, "load_balancer_ip", address);
    }
    if let Some(ip) = object.value("IP") {
        service.flag("headless", ip == "None", object.section.at(ip));
    }
    ports(object, &mut service);
    endpoints(object, &mut service);
    facts.push(service);
}

/// `80/TCP`, or `80:30080/TCP` with the port of the nodes.
fn ports<'a>(object: &Object<'_, 'a>, service: &mut Fact<'a>) {
    let mut ports: Vec<Cow<'a, str>> = Vec::new();
    let mut first = None;
    for Node { line, .. } in nodes(object.lines) {
        let port = line.value.split_whitespace().last().unwrap_or("");
        match (line.key, ports.last_mut()) {
            ("Port", _) if port.contains('/') => {
                first = first.or(Some(port));
                ports.push(Cow::Borrowed(port));
            }
            ("NodePort", Some(last)) => {
                let node_port = port.split('/').next().unwrap_or(port);
                if let Some((port, protocol)) = last.split_once('/').filter(|_| !last.contains(':'))
                {
                    *last = Cow::Owned(format!("{port}:{node_port}/{protocol}"));
                }
            }
            _ => {}
        }
    }
    service.list("ports", ports, object.section.at(first.unwrap_or("")));
}

/// The addresses of all ports together.
fn endpoints<'a>(object: &Object<'_, 'a>, service: &mut Fact<'a>) {
    let values: Vec<&str> = nodes(object.lines)
        .filter(|node| node.line.key == "Endpoints")
        .map(|node| node.line.value)
        .collect();
    if let Some(first) = values.first() {
        let count: f64 = values.iter().map(|value| addresses(value)).sum();
        service.number("endpoints", count, object.section.at(first));
    }
}

/// How many addresses `10.1.0.7:80,10.1.0.8:80 + 3 more...` names.
fn addresses(text: &str) -> f64 {
    if is_nothing(text) {
        return 0.0;
    }
    let more: IResult<&str, (&str, &str)> = (
        take_until(" + "),
        delimited(tag(" + "), digit1, tag(" more")),
    )
        .parse(text);
    let (named, more) = more.map_or((text, ""), |(_, parts)| parts);
    let named = named
        .split(',')
        .filter(|address| !address.trim().is_empty())
        .count();
    named as f64 + more.parse::<u32>().map_or(0.0, f64::from)
}

/// Appends the fact of endpoints.
pub(super) fn read_endpoints<'a>(object: &Object<'_, 'a>, facts: &mut Vec<Fact<'a>>) {
    let mut fact = object.fact(&kind::ENDPOINTS);
    let subsets = object.below("Subsets");
    for (title, field) in [("Addresses", "ready"), ("NotReadyAddresses", "not_ready")] {
        let entries = nodes(subsets).filter(|node| node.line.key == title);
        let values: Vec<&str> = entries.map(|node| node.line.value).collect();
        let at = values
            .first()
            .map_or(fact.at, |value| object.section.at(value));
        fact.number(field, values.into_iter().map(addresses).sum(), at);
    }
    let tables = nodes(subsets).filter(|node| node.line.key == "Ports");
    let rows = tables.flat_map(|table| table.below.iter().skip(1));
    let rows: Vec<&Line<'a>> = rows.filter(|row| !columns::is_rule(row.text)).collect();
    if let Some(first) = rows.first() {
        let ports = rows.iter().filter_map(|row| port(row.text)).collect();
        fact.list("ports", ports, object.section.at(first.text));
    }
    facts.push(fact);
}

/// `8080/TCP` out of a row with a name, a port and a protocol.
fn port(row: &str) -> Option<Cow<'_, str>> {
    let mut words = row.split_whitespace().rev();
    let (protocol, port) = (words.next()?, words.next()?);
    Some(Cow::Owned(format!("{port}/{protocol}")))
}

const INGRESS: &Titles = &[("Ingress Class", "class"), ("Address", "address")];

/// What the rules of an ingress name, in the order of the text.
#[derive(Default)]
struct Rules<'a> {
    hosts: Vec<&'a str>,
    paths: Vec<&'a str>,
    backends: Vec<&'a str>,
    without_paths: usize,
}

/// Appends the fact of an ingress.
pub(super) fn read_ingress<'a>(object: &Object<'_, 'a>, facts: &mut Vec<Fact<'a>>) {
    let mut ingress = object.fact(&kind::INGRESS);
    object.fill(&mut ingress, INGRESS);
    object.fill_common(&mut ingress);
    old_class(object, &mut ingress);
    let backend = object.value("Default backend").map(without_addresses);
    // Old releases print a service where none is given.
    let stands_for_none = ["<default>", "default-http-backend:80"];
    if let Some(backend) = backend.filter(|backend| !stands_for_none.contains(backend)) {
        object.put(&mut ingress, "default_backend", backend);
    }
    tls(object, &mut ingress);
    if let Some(table) = object.node("Rules") {
        let rules = rules(table);
        object.put_list(&mut ingress, "hosts", rules.hosts);
        object.put_list(&mut ingress, "paths", rules.paths);
        object.put_list(&mut ingress, "backends", rules.backends);
        if rules.without_paths > 0 {
            let at = object.section.at(table.line.text);
            ingress.number("rules_without_paths", rules.without_paths as f64, at);
        }
    }
    push_with_backends(ingress, object.section, facts);
}

/// The class as an annotation.
fn old_class<'a>(object: &Object<'_, 'a>, ingress: &mut Fact<'a>) {
    let annotations = object
        .node("Annotations")
        .into_iter()
        .flat_map(Node::values);
    let class = annotations
        .filter_map(|text| text.strip_prefix("kubernetes.io/ingress.class"))
        .next();
    if let Some(class) = class.map(|class| class.trim_start_matches([':', '=']).trim()) {
        object.put(ingress, "class", class);
    }
}

/// `cert terminates a.example,b.example`, or `SNI routes a.example` without a secret.
fn tls<'a>(object: &Object<'_, 'a>, ingress: &mut Fact<'a>) {
    let lines = object.below("TLS");
    let parts = |line: &Line<'a>| {
        let with_secret = line.text.split_once(" terminates");
        with_secret.or_else(|| line.text.split_once(" routes"))
    };
    let entries: Vec<(&'a str, &'a str)> = lines.iter().filter_map(parts).collect();
    let (without, with): (Vec<&'a str>, Vec<&'a str>) = entries
        .iter()
        .map(|(secret, _)| *secret)
        .partition(|secret| *secret == "SNI");
    let hosts = entries
        .iter()
        .flat_map(|(_, hosts)| hosts.split(','))
        .map(str::trim);
    object.put_list(ingress, "tls_secrets", with);
    object.put_list(
        ingress,
        "tls_hosts",
        hosts.filter(|host| !host.is_empty()).collect(),
    );
    if !lines.is_empty() || object.node("Rules").is_some() {
        let at = lines
            .first()
            .map_or(ingress.at, |line| object.section.at(line.text));
        ingress.number("tls_without_secret", without.len() as f64, at);
    }
}

fn rules<'a>(table: Node<'_, 'a>) -> Rules<'a> {
    let mut rules = Rules::default();
    let Some((header, rows)) = table.below.split_first() else {
        return rules;
    };
    let mut is_alone = false;
    for row in rows.iter().filter(|row| !columns::is_rule(row.text)) {
        let cells = columns::cells(row.indent, row.text);
        match (row.indent > header.indent, cells.as_slice()) {
            (false, [host]) => {
                rules.without_paths += usize::from(is_alone);
                is_alone = true;
                rules
                    .hosts
                    .extend(Some(host.text).filter(|host| *host != "*"));
            }
            (true, [paths @ .., backend]) => {
                is_alone = false;
                rules.paths.extend(paths.first().map(|path| path.text));
                rules.backends.push(without_addresses(backend.text));
            }
            // `*  *  web:80` stands for no rule at all.
            _ => {}
        }
    }
    rules.without_paths += usize::from(is_alone);
    rules
}

/// `web:80` out of `web:80 (10.1.0.7:80)`.
fn without_addresses(backend: &str) -> &str {
    backend.split(" (").next().unwrap_or(backend).trim()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::describe::testing::check;

    #[test]
    fn a_service_with_two_ports() {
        check(
            "Name:                     web\nNamespace:                shop\nLabels:                   app=web\n\
             Annotations:              <none>\nSelector:                 app=web,tier=front\n\
             Type:                     LoadBalancer\nIP Family Policy:         SingleStack\n\
             IP:                       10.96.0.7\nIPs:                      10.96.0.7\n\
             LoadBalancer Ingress:     192.0.2.9 (VIP)\nPort:                     http  80/TCP\n\
             TargetPort:               8080/TCP\nNodePort:                 http  30080/TCP\n\
             Endpoints:                10.1.0.7:8080,10.1.0.8:8080,10.1.0.9:8080 + 2 more...\n\
             Port:                     <unset>  53/UDP\nTargetPort:               53/UDP\n\
             Endpoints:                \nSession Affinity:         None\nExternal Traffic Policy:  Local\n\
             Events:                   <none>\n",
            "service name=web namespace=shop type=LoadBalancer cluster_ip=10.96.0.7 session_affinity=None \
             external_traffic_policy=Local labels=app=web selector=app=web,tier=front load_balancer_ip=192.0.2.9 headless=false \
             ports=80:30080/TCP,53/UDP endpoints=5 @1\n",
        );
    }

    #[test]
    fn a_headless_service_without_endpoints() {
        check(
            "Name:\t\t\tdb\r\nNamespace:\t\tshop\r\nLabels:\t\t\t<none>\r\nSelector:\t\t<none>\r\nType:\t\t\tClusterIP\r\n\
             IP:\t\t\tNone\r\nPort:\t\t\t<unset>\t5432/TCP\r\nEndpoints:\t\t<none>\r\nSession Affinity:\tNone\r\n",
            "service name=db namespace=shop type=ClusterIP cluster_ip=None session_affinity=None headless=true \
             ports=5432/TCP endpoints=0 @1\n",
        );
    }

    #[test]
    fn addresses_are_counted() {
        for (text, expected) in [
            ("", 0.0),
            ("<none>", 0.0),
            ("a:1", 1.0),
            ("a:1, b:1", 2.0),
            ("a:1,b:1,c:1 + 40 more...", 43.0),
        ] {
            assert_eq!(addresses(text), expected, "{text}");
        }
    }

    #[test]
    fn endpoints_of_two_subsets() {
        check(
            "Name:         web\nNamespace:    shop\nLabels:       <none>\nAnnotations:  <none>\nSubsets:\n  \
             Addresses:          10.1.0.7,10.1.0.8\n  NotReadyAddresses:  <none>\n  Ports:\n    Name     Port  Protocol\n    \
             ----     ----  --------\n    <unset>  8080  TCP\n\n  Addresses:          <none>\n  NotReadyAddresses:  10.1.0.9\n\n\
             Events:  <none>\n",
            "endpoints name=web namespace=shop ready=2 not_ready=1 ports=8080/TCP @1\n",
        );
    }

    #[test]
    fn an_ingress() {
        check(
            "Name:             web\nLabels:           <none>\nNamespace:        shop\nAddress:          192.0.2.9\n\
             Ingress Class:    nginx\nDefault backend:  web:80 (<error: endpoints \"web\" not found>)\nTLS:\n  \
             cert terminates shop.example,www.shop.example\n  SNI routes old.example\nRules:\n  Host          Path  Backends\n  \
             ----          ----  --------\n  shop.example  \n                /api   api:8080 (10.1.0.7:8080,10.1.0.8:8080)\n                \
             /      web:http (<none>)\n  www.shop.example  \n  *             \n                       web:80 (10.1.0.7:80)\n\
             Annotations:      acme.example/timeout: 60\nEvents:           <none>\n",
            "ingress name=web namespace=shop address=192.0.2.9 class=nginx annotations=acme.example/timeout=60 \
             default_backend=web:80 tls_secrets=cert tls_hosts=shop.example,www.shop.example,old.example tls_without_secret=1 \
             hosts=shop.example,www.shop.example paths=/api,/ backends=api:8080,web:http,web:80 rules_without_paths=1 @1\n\
             ingress_backend namespace=shop name=web class=nginx annotations=acme.example/timeout=60 service=api @1\n\
             ingress_backend namespace=shop name=web class=nginx annotations=acme.example/timeout=60 service=web @1\n",
        );
    }

    #[test]
    fn an_ingress_of_old_has_its_class_in_an_annotation() {
        check(
            "Name:\t\t\tweb\nNamespace:\t\tshop\nAddress:\t\t\nDefault backend:\tdefault-http-backend:80 (<none>)\nRules:\n  \
             Host\tPath\tBackends\n  ----\t----\t--------\n  *\t*\tdefault-http-backend:80 (<none>)\nAnnotations:\n  \
             kubernetes.io/ingress.class:\tnginx\nEvents:\t<none>\n",
            "ingress name=web namespace=shop annotations=kubernetes.io/ingress.class=nginx class=nginx tls_without_secret=0 @1\n",
        );
    }
}
