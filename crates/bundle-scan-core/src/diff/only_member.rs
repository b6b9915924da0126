//! Looks into what is a single document, whether packed or not.

use std::io::{Cursor, Read};
use std::ops::ControlFlow;

use crate::base::problem::Problem;
use crate::container::{Body, Input, Member, Part, Terms, Visitor, walk};

/// What some editors and shells put before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What `read` makes of the only member of `input`; `None` if there are several, or if `read` sees that it is not what it looks for.
pub(super) fn read_only_member<T>(
    input: Input,
    read: impl FnMut(&mut dyn Read) -> Option<T>,
) -> Option<T> {
    let mut only = OnlyMember { read, made: None };
    walk(input, Terms::default(), &mut only).ok()?;
    only.made
}

struct OnlyMember<F, T> {
    read: F,
    made: Option<T>,
}

impl<F: FnMut(&mut dyn Read) -> Option<T>, T> Visitor for OnlyMember<F, T> {
    fn member(&mut self, _: &Member, body: Body<'_>) -> ControlFlow<()> {
        if self.made.take().is_some() {
            return ControlFlow::Break(());
        }
        self.made = match body {
            Body::Mapped(mapping) => (self.read)(&mut after_mark(mapping.bytes())),
            Body::Stream(stream) => (self.read)(&mut after_mark(stream)),
        };
        match self.made {
            Some(_) => ControlFlow::Continue(()),
            None => ControlFlow::Break(()),
        }
    }

    fn part(&mut self, part: Part) -> ControlFlow<()> {
        part.walk(self)
    }

    fn problem(&mut self, _: Problem) {}
}

fn after_mark<R: Read>(mut reader: R) -> impl Read {
    let mut head = Vec::with_capacity(BYTE_ORDER_MARK.len());
    let length = BYTE_ORDER_MARK.len() as u64;
    // The body of a member ends instead of failing.
    let _ = reader.by_ref().take(length).read_to_end(&mut head);
    if head == BYTE_ORDER_MARK {
        head.clear();
    }
    Cursor::new(head).chain(reader)
}
