//! Structured members as typed rows: objects in JSON and YAML, `kubectl describe`, tables, outputs of commands.
//!
//! A reader cuts a member into sections while it streams by; a parser for each format turns a section into [`Fact`]s. Whatever
//! the spelling, the same thing becomes the same kind of fact with the same fields, so that a signature is written once.
//! Does not judge anything. Invariants: a section is bounded, a parser never fails and never panics, and each field
//! knows the byte of the section that it came from.

mod addresses;
mod backend;
mod backing;
pub mod census;
mod command;
mod describe;
pub mod directory;
pub mod disks;
pub mod document;
pub mod identity;
pub mod kind;
mod kubectl;
pub mod object;
mod quotation;
pub mod reader;
pub mod row;
pub mod section;
pub mod table;
pub mod tree;
pub mod value;

pub use kind::Kind;
use reader::Form;
pub use row::{Fact, Field};

use tree::Arena;

pub use section::{Ending, FactParser, Section};
pub use value::Value;

/// Every parser of text, in the order in which they are asked.
pub fn parsers() -> impl Iterator<Item = &'static dyn FactParser> {
    let rooms: [&[&dyn FactParser]; 3] =
        [&[&describe::Describe], kubectl::PARSERS, command::PARSERS];
    rooms.into_iter().flatten().copied()
}

/// What a section turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// Whether it is all there.
    pub ending: Ending,
    /// Whether its lines quote what others would print: settings, rules, schemas.
    pub is_quotation: bool,
}

/// Parses a section by its form. What cannot be read is left out. `arena` is for what lives as long as the facts.
pub fn parse<'a>(
    form: Form<'_>,
    section: &Section<'a>,
    arena: &'a Arena,
    facts: &mut Vec<Fact<'a>>,
) -> Parsed {
    let (document, list_kind) = match form {
        Form::Plain => {
            return Parsed {
                ending: Ending::Whole,
                is_quotation: false,
            };
        }
        Form::Text { parser, .. } => {
            return Parsed {
                ending: parser.parse(section, facts),
                is_quotation: parser.is_quotation(section),
            };
        }
        Form::Json { list_kind } => (document::json::read(section.text, arena), list_kind),
        Form::Yaml => (document::yaml::read(section.text, arena), None),
    };
    let (tree, is_broken) = match document {
        Ok(tree) => (tree, false),
        Err(broken) => (broken.partial, true),
    };
    let known = facts.len();
    object::parse(&tree, list_kind, section, facts);
    Parsed {
        // A text that is no object may be broken for all that it matters.
        ending: match is_broken && facts.len() > known {
            true => Ending::Cut,
            false => Ending::Whole,
        },
        is_quotation: object::is_quotation(&tree, list_kind, section),
    }
}
