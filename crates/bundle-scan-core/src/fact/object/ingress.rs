//! Reads Ingresses in their three versions.
//!
//! ```text
//! {"kind": "Ingress", "spec": {"rules": [{"http": {"paths": [{"backend": {"serviceName": "a", ...}}]}}]}}
//! {"kind": "Ingress", "spec": {"rules": [{"http": {"paths": [{"backend": {"service": {"name": "a", ...}}}]}}]}}
//! ```
//! The version is told by what an Ingress holds, not by what it says it is: elements of a typed list do not say. Does
//! not look up what a backend leads to. Source: k8s.io/api extensions/v1beta1, networking/v1beta1 and v1; `formatHosts`
//! in kubernetes `pkg/printers/internalversion/printers.go`.

use std::borrow::Cow;

use super::part::{balancer_addresses, begin, is_whole, items, joined, keyed, word, words};
use crate::fact::backend::push_with_backends;
use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::Tree;

/// Reads an Ingress.
pub(super) fn ingress<'a>(object: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    let mut fact = begin(&kind::INGRESS, object, section);
    fact.take("class", object.locate("spec.ingressClassName"));
    let annotations = object.locate("metadata.annotations");
    fact.take("class", keyed(annotations, "kubernetes.io/ingress.class"));
    for path in ["spec.defaultBackend", "spec.backend"] {
        if let Some(found) = object.locate(path) {
            let backend = printed_backend(found.tree).unwrap_or_default();
            fact.text("default_backend", backend, found.at);
        }
    }
    rules(&mut fact, object);
    tls(&mut fact, object);
    let (addresses, at) = balancer_addresses(object);
    fact.text("address", joined(addresses), at);
    // Where something may have been cut off, nothing is known to lack.
    if is_whole(section) {
        lacks(&mut fact, object);
    }
    push_with_backends(fact, section, facts);
}

fn rules<'a>(fact: &mut Fact<'a>, object: &Tree<'a>) {
    let (rules, at) = items(object.locate("spec.rules"));
    let hosts = rules
        .iter()
        .map(|rule| word(rule.get("host")).unwrap_or("*".into()));
    fact.list("hosts", hosts.collect(), at);
    let paths = || rules.iter().flat_map(paths_of);
    let texts = paths().filter_map(|path| word(path.get("path")));
    fact.list("paths", texts.collect(), at);
    let backends = paths().filter_map(|path| printed_backend(path.get("backend")));
    fact.list("backends", backends.collect(), at);
}

fn paths_of<'t, 'a>(rule: &'t Tree<'a>) -> &'t [Tree<'a>] {
    rule.get("http").get("paths").items()
}

/// `service:port`, or `kind/name` of what else it leads to.
fn printed_backend<'a>(backend: &Tree<'a>) -> Option<Cow<'a, str>> {
    let resource = backend.get("resource");
    if let (Some(kind), Some(name)) = (resource.get("kind").text(), resource.get("name").text()) {
        return Some(format!("{kind}/{name}").into());
    }
    let service = backend.get("service");
    let name = word(service.get("name")).or_else(|| word(backend.get("serviceName")))?;
    let port = service.get("port");
    let port = [
        port.get("number"),
        port.get("name"),
        backend.get("servicePort"),
    ];
    Some(match port.into_iter().find_map(word) {
        Some(port) => format!("{name}:{port}").into(),
        None => name,
    })
}

fn tls<'a>(fact: &mut Fact<'a>, object: &Tree<'a>) {
    let (entries, at) = items(object.locate("spec.tls"));
    fact.list("tls_secrets", words(entries, "secretName"), at);
    let hosts = entries.iter().flat_map(|entry| entry.get("hosts").items());
    fact.list("tls_hosts", hosts.filter_map(word).collect(), at);
}

/// Counts the rules and TLS entries that lack what makes them work. Without any rule every host is meant.
fn lacks(fact: &mut Fact<'_>, object: &Tree<'_>) {
    let place = fact.at;
    let place_of = |at| if at == 0 { place } else { at };
    let (rules, at) = items(object.locate("spec.rules"));
    let pathless = rules.iter().filter(|rule| paths_of(rule).is_empty());
    fact.number("rules_without_paths", pathless.count() as f64, place_of(at));
    if rules.is_empty() {
        fact.list("hosts", vec!["*".into()], place_of(at));
    }
    let (entries, at) = items(object.locate("spec.tls"));
    let bare = entries
        .iter()
        .filter(|entry| word(entry.get("secretName")).is_none());
    fact.number("tls_without_secret", bare.count() as f64, place_of(at));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fact::object::testing::{changes, check, check_cut, survives};

    const INGRESS: &str = r#"{"kind": "Ingress", "apiVersion": "networking.k8s.io/v1",
"metadata": {"namespace": "shop", "name": "web", "annotations": {"kubernetes.io/ingress.class": "old"}},
"spec": {
  "defaultBackend": {"resource": {"apiGroup": "example.com", "kind": "StorageBucket", "name": "static"}},
  "ingressClassName": "nginx",
  "rules": [
    {"host": "shop.example.com", "http": {"paths": [
      {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"number": 80}}}},
      {"path": "/api", "backend": {"service": {"name": "api", "port": {"name": "http"}}}}]}},
    {"host": "bare.example.com"}],
  "tls": [
    {"hosts": ["shop.example.com"], "secretName": "shop-tls"},
    {"hosts": ["bare.example.com"]}]},
"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.7"}, {"hostname": "lb.example.com"}]}}}"#;

    #[test]
    fn an_ingress_of_v1() {
        check(
            ingress,
            INGRESS,
            "
            ingress @1
              address=203.0.113.7,lb.example.com @14
              annotations=kubernetes.io/ingress.class=old @2
              backends=web:80,api:http @6
              class=nginx @5
              default_backend=StorageBucket/static @4
              hosts=shop.example.com,bare.example.com @6
              name=web @2
              namespace=shop @2
              paths=/,/api @6
              rules_without_paths=1 @6
              tls_hosts=shop.example.com,bare.example.com @11
              tls_secrets=shop-tls @11
              tls_without_secret=1 @11
            ingress_backend @1
              annotations=kubernetes.io/ingress.class=old @2
              class=nginx @5
              name=web @2
              namespace=shop @2
              service=api @6
            ingress_backend @1
              annotations=kubernetes.io/ingress.class=old @2
              class=nginx @5
              name=web @2
              namespace=shop @2
              service=web @6
            ",
        );
    }

    #[test]
    fn an_ingress_of_v1beta1() {
        check(
            ingress,
            r#"{"metadata": {"namespace": "shop", "name": "old",
  "annotations": {
    "kubernetes.io/ingress.class": "traefik"}},
"spec": {
  "backend": {"serviceName": "fallback", "servicePort": "http"},
  "rules": [{"http": {"paths": [{"backend": {"serviceName": "web", "servicePort": 80}}]}}]}}"#,
            "
            ingress @1
              annotations=kubernetes.io/ingress.class=traefik @2
              backends=web:80 @6
              class=traefik @3
              default_backend=fallback:http @5
              hosts=* @6
              name=old @1
              namespace=shop @1
              rules_without_paths=0 @6
              tls_without_secret=0 @1
            ingress_backend @1
              annotations=kubernetes.io/ingress.class=traefik @2
              class=traefik @3
              name=old @1
              namespace=shop @1
              service=fallback @5
            ingress_backend @1
              annotations=kubernetes.io/ingress.class=traefik @2
              class=traefik @3
              name=old @1
              namespace=shop @1
              service=web @6
            ",
        );
    }

    #[test]
    fn an_ingress_without_rules() {
        check(
            ingress,
            r#"{"metadata": {"namespace": "shop", "name": "plain"},
"spec": {"defaultBackend": {"service": {"name": "web"}}}}"#,
            "
            ingress @1
              default_backend=web @2
              hosts=* @1
              name=plain @1
              namespace=shop @1
              rules_without_paths=0 @1
              tls_without_secret=0 @1
            ingress_backend @1
              name=plain @1
              namespace=shop @1
              service=web @2
            ",
        );
    }

    #[test]
    fn nothing_lacks_where_it_may_be_cut_off() {
        check_cut(
            ingress,
            r#"{"metadata": {"namespace": "shop", "name": "web"},
"spec": {"rules": [{"host": "shop.example.com"}], "tls": [{"hosts": ["shop.example.com"]}]}}"#,
            "
            ingress @1
              hosts=shop.example.com @2
              name=web @1
              namespace=shop @1
              tls_hosts=shop.example.com @2
            ",
        );
    }

    proptest! {
        #[test]
        fn whatever_stands_in_the_document_is_survived(changes in changes()) {
            survives(ingress, INGRESS, &changes);
        }
    }
}
