//! Which block device lies on which, by the indentation of their rows.
//!
//! Invariant: the work for a row is bounded by its indentation, which is part of the text.

use std::borrow::Cow;

use crate::fact::row::Fact;
use crate::fact::value::Value;

/// So many devices on one are listed; that there are more hardly matters.
const MAX_CHILDREN: usize = 256;

/// The devices so far, and the path of the last one.
#[derive(Default)]
pub(super) struct Tree<'a> {
    devices: Vec<Device<'a>>,
    /// Index and indentation of the last device and those that it lies on.
    path: Vec<(usize, usize)>,
}

/// A device with what lies on it.
struct Device<'a> {
    fact: Fact<'a>,
    children: Vec<Cow<'a, str>>,
    child_types: Vec<Cow<'a, str>>,
    /// Where the first of them stands.
    children_at: usize,
}

impl<'a> Tree<'a> {
    pub(super) fn add(&mut self, mut fact: Fact<'a>, indent: usize) {
        while self.path.last().is_some_and(|(_, above)| *above >= indent) {
            self.path.pop();
        }
        let name = word_of(&fact, "name");
        let of_type = word_of(&fact, "type");
        for (above, _) in &self.path {
            if let Some(device) = self.devices.get_mut(*above) {
                device.carry(&fact, &name, &of_type);
            }
        }
        if let Some(parent) = self
            .path
            .last()
            .and_then(|(parent, _)| self.devices.get(*parent))
            && let Some(field) = parent.fact.get("name")
        {
            fact.put("parent", field.value.clone(), field.at);
        }
        self.path.push((self.devices.len(), indent));
        self.devices.push(Device {
            fact,
            children: Vec::new(),
            child_types: Vec::new(),
            children_at: 0,
        });
    }

    pub(super) fn finish(self) -> impl Iterator<Item = Fact<'a>> {
        self.devices.into_iter().map(|device| {
            let mut fact = device.fact;
            fact.list("child_types", device.child_types, device.children_at);
            fact.list("children", device.children, device.children_at);
            fact
        })
    }
}

impl<'a> Device<'a> {
    fn carry(
        &mut self,
        child: &Fact<'a>,
        name: &Option<Cow<'a, str>>,
        of_type: &Option<Cow<'a, str>>,
    ) {
        if self.children.len() >= MAX_CHILDREN {
            return;
        }
        if self.children.is_empty() {
            self.children_at = child.at;
        }
        self.children.extend(name.clone());
        let new = of_type
            .iter()
            .filter(|found| !self.child_types.contains(found))
            .cloned();
        self.child_types.extend(new.collect::<Vec<_>>());
    }
}

fn word_of<'a>(fact: &Fact<'a>, field: &str) -> Option<Cow<'a, str>> {
    match &fact.get(field)?.value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}
