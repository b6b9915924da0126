//! What `metadata` says of any object.
//! Source: `ObjectMeta` of k8s.io/apimachinery `pkg/apis/meta/v1/types.go`.

use super::part::{Row, take_age, take_rows};
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::Tree;

const ROWS: &[Row] = &[
    ("namespace", "namespace"),
    ("name", "name"),
    ("created", "creationTimestamp"),
    ("deleted", "deletionTimestamp"),
    ("labels", "labels"),
    ("annotations", "annotations"),
    ("finalizers", "finalizers"),
];

/// Sets namespace, name, created, age, deleted, deleting_for, labels, annotations and finalizers, as far as the kind has them.
pub(super) fn metadata<'a>(fact: &mut Fact<'a>, object: &Tree<'a>, section: &Section<'a>) {
    take_rows(fact, object.get("metadata"), ROWS);
    take_age(fact, "created", "age", section);
    take_age(fact, "deleted", "deleting_for", section);
}

/// Sets kind and name of the object that controls this one, as far as the kind has them.
pub(super) fn take_owner<'a>(fact: &mut Fact<'a>, object: &Tree<'a>) {
    let owners = object.get("metadata").get("ownerReferences").items();
    let controls = |owner: &&Tree<'a>| owner.get("controller").flag() == Some(true);
    if let Some(owner) = owners.iter().find(controls) {
        take_rows(fact, owner, &[("owner_kind", "kind"), ("owner", "name")]);
    }
}
