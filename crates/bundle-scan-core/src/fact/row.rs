//! One typed row, and how parsers fill it.

use std::borrow::Cow;

use super::kind::{Kind, Type};
use super::tree::{Located, Tree};
use super::value::{self, Value};

/// One thing that a structured member says: a container status, a node condition, a row of `lvs`.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact<'a> {
    /// What it is.
    pub kind: &'static Kind,
    /// The byte of the section where it begins.
    pub at: usize,
    /// What is known, in the order in which it was read; each name at most once.
    pub fields: Vec<Field<'a>>,
}

/// One known property.
#[derive(Clone, Debug, PartialEq)]
pub struct Field<'a> {
    /// The name, one of [`Kind::fields`].
    pub name: &'static str,
    /// The place of that name in [`Kind::fields`]: cheaper to compare than the name.
    pub position: usize,
    /// The value, of the type that the kind declares.
    pub value: Value<'a>,
    /// The byte of the section where it stands.
    pub at: usize,
}

/// A fact whose fields are found by their place in [`Kind::fields`] at once: it is asked for them hundreds of times.
#[derive(Debug)]
pub struct ByPosition<'f, 'a> {
    /// The fact.
    pub fact: &'f Fact<'a>,
    /// For each place where the field stands in [`Fact::fields`].
    places: [u8; MAX_FIELDS],
    /// Which fields are known, as bits.
    pub known: u64,
    /// For each place the [`digest`] of a field that is a text.
    digests: [u64; MAX_FIELDS],
}

/// Fields that a kind has at the most.
pub const MAX_FIELDS: usize = 64;

impl<'f, 'a> ByPosition<'f, 'a> {
    /// Looks where the fields stand.
    pub fn new(fact: &'f Fact<'a>) -> Self {
        let mut places = [u8::MAX; MAX_FIELDS];
        let mut digests = [0; MAX_FIELDS];
        let mut known = 0;
        for (field, place) in fact.fields.iter().zip(0..) {
            if let Some(slot) = places.get_mut(field.position) {
                *slot = place;
                known |= 1 << field.position;
                if let Value::Text(text) = &field.value {
                    digests[field.position] = digest(text);
                }
            }
        }
        ByPosition {
            fact,
            places,
            known,
            digests,
        }
    }

    /// The [`digest`] of the field at this place of [`Kind::fields`]; 0 if that is not a text or not known.
    pub fn digest(&self, position: usize) -> u64 {
        self.digests.get(position).copied().unwrap_or(0)
    }

    /// The number at this place of [`Kind::fields`]; `None` if that is not a number or not known.
    pub fn number(&self, position: usize) -> Option<f64> {
        match self.get(position)?.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The field at this place of [`Kind::fields`].
    pub fn get(&self, position: usize) -> Option<&'f Field<'a>> {
        let place = *self.places.get(position)?;
        self.fact.fields.get(usize::from(place))
    }
}

/// A number that tells most texts apart, made of their length, beginning and end: a test for equality that costs next to
/// nothing.
pub fn digest(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let (first, last) = match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => {
            let read = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
            (bytes.iter().fold(0, read), 0)
        }
    };
    first ^ last.rotate_left(29) ^ bytes.len() as u64
}

/// What command line tools print for "nothing".
const NOTHINGS: [&str; 8] = [
    "",
    "-",
    "<none>",
    "<nil>",
    "<unset>",
    "<unknown>",
    "<invalid>",
    "n/a",
];

impl<'a> Fact<'a> {
    /// A fact without fields.
    pub fn new(kind: &'static Kind, at: usize) -> Self {
        Fact {
            kind,
            at,
            fields: Vec::with_capacity(8),
        }
    }

    /// Sets a field from text as it was printed, read by the declared type of the field: `90.1%`, `16Gi`, `3d4h`, `True`,
    /// `a=b,c=d`. Text that means nothing (`<none>`) or cannot be read sets nothing.
    pub fn set(&mut self, name: &'static str, text: &'a str, at: usize) -> &mut Self {
        let text = text.trim();
        if NOTHINGS.contains(&text) {
            return self;
        }
        let Some((position, of)) = self.place(name) else {
            return self;
        };
        let value = match of {
            Type::Text | Type::Version => Some(Value::Text(Cow::Borrowed(text))),
            Type::List => Some(Value::List(
                text.split(',')
                    .map(|part| Cow::Borrowed(part.trim()))
                    .filter(|part| !part.is_empty())
                    .collect(),
            )),
            of => scalar(of, text),
        };
        match value {
            Some(value) => self.put_at(position, name, value, at),
            None => self,
        }
    }

    /// Sets a field from a value of a document, read by the declared type of the field. A mapping becomes a list of
    /// `key=value`.
    pub fn take(&mut self, name: &'static str, found: Option<Located<'a>>) -> &mut Self {
        let Some(Located { tree, at }) = found else {
            return self;
        };
        let Some((position, of)) = self.place(name) else {
            return self;
        };
        let value = match (tree, of) {
            (Tree::Text(text), Type::Text | Type::Version) => {
                Some(Value::Text(Cow::Borrowed(text)))
            }
            (Tree::Text(text), of) => scalar(of, text),
            (Tree::Number(number), Type::Text | Type::Version) => {
                Some(Value::Text(number.to_string().into()))
            }
            (Tree::Number(_), Type::Flag | Type::Time | Type::List) => None,
            (Tree::Number(number), _) => Some(Value::Number(*number)),
            (Tree::Flag(yes), Type::Flag) => Some(Value::Flag(*yes)),
            (Tree::Flag(yes), Type::Text) => Some(Value::Text(yes.to_string().into())),
            (Tree::List(items), Type::List) => Some(Value::List(
                items
                    .iter()
                    .filter_map(|item| match item {
                        Tree::Text(text) => Some(Cow::Borrowed(*text)),
                        Tree::Number(number) => Some(number.to_string().into()),
                        _ => None,
                    })
                    .collect(),
            )),
            (Tree::Map(entries), Type::List) => Some(Value::List(
                entries
                    .iter()
                    .filter_map(|entry| {
                        let value = entry.value.text().map(Cow::Borrowed).or_else(|| {
                            let number = entry.value.number()?;
                            Some(number.to_string().into())
                        })?;
                        Some(format!("{}={value}", entry.key).into())
                    })
                    .collect(),
            )),
            _ => None,
        };
        match value {
            Some(value) => self.put_at(position, name, value, at),
            None => self,
        }
    }

    /// Writes the text of a field in another way.
    pub fn edit(&mut self, name: &str, rewrite: impl Fn(&str) -> Cow<'_, str>) {
        let mut fields = self.fields.iter_mut();
        if let Some(field) = fields.find(|field| field.name == name)
            && let Value::Text(text) = &mut field.value
            && let Cow::Owned(rewritten) = rewrite(text)
        {
            *text = Cow::Owned(rewritten);
        }
    }

    /// Where a field of this name stands in [`Kind::fields`], and its type.
    fn place(&self, name: &str) -> Option<(usize, Type)> {
        // Parsers set fields mostly in the order of the kind.
        let next = self.fields.last().map_or(0, |last| last.position + 1);
        let position = self.kind.position_from(next, name)?;
        Some((position, self.kind.fields[position].of))
    }

    /// Sets a field to a value of the right type. The first value of a name stays; an empty text or list sets nothing.
    ///
    /// # Panics
    /// In tests, when the kind has no such field or it is of another type.
    pub fn put(&mut self, name: &'static str, value: Value<'a>, at: usize) -> &mut Self {
        debug_assert!(
            self.kind
                .field(name)
                .is_some_and(|field| value.is_a(field.of)),
            "{}.{name} is not declared so: {value:?}",
            self.kind.name
        );
        match self.place(name) {
            Some((position, _)) => self.put_at(position, name, value, at),
            None => self,
        }
    }

    fn put_at(
        &mut self,
        position: usize,
        name: &'static str,
        value: Value<'a>,
        at: usize,
    ) -> &mut Self {
        if !value.is_empty() && self.at_position(position).is_none() {
            self.fields.push(Field {
                name,
                position,
                value,
                at,
            });
        }
        self
    }

    /// Sets a text.
    pub fn text(
        &mut self,
        name: &'static str,
        text: impl Into<Cow<'a, str>>,
        at: usize,
    ) -> &mut Self {
        self.put(name, Value::Text(text.into()), at)
    }

    /// Sets a number, in the base unit of the field.
    pub fn number(&mut self, name: &'static str, number: f64, at: usize) -> &mut Self {
        self.put(name, Value::Number(number), at)
    }

    /// Sets a flag.
    pub fn flag(&mut self, name: &'static str, yes: bool, at: usize) -> &mut Self {
        self.put(name, Value::Flag(yes), at)
    }

    /// Sets a list.
    pub fn list(&mut self, name: &'static str, texts: Vec<Cow<'a, str>>, at: usize) -> &mut Self {
        self.put(name, Value::List(texts), at)
    }

    /// A field by its name.
    pub fn get(&self, name: &str) -> Option<&Field<'a>> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// A field by its place in [`Kind::fields`].
    pub fn at_position(&self, position: usize) -> Option<&Field<'a>> {
        self.fields.iter().find(|field| field.position == position)
    }

    /// The text of a field that is a text.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        match &self.get(name)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number of a field that is a number.
    pub fn number_of(&self, name: &str) -> Option<f64> {
        match self.get(name)?.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The time of a field that is a time, in nanoseconds since 1970-01-01T00:00:00Z.
    pub fn time_of(&self, name: &str) -> Option<i64> {
        match self.get(name)?.value {
            Value::Time(unix_nanos) => Some(unix_nanos),
            _ => None,
        }
    }
}

/// Reads a value that is neither text nor list.
pub(crate) fn scalar<'a>(of: Type, text: &str) -> Option<Value<'a>> {
    match of {
        Type::Number => value::number(text).map(Value::Number),
        Type::Size => value::size(text).map(Value::Number),
        Type::Quantity => value::quantity(text).map(Value::Number),
        Type::Percent => value::percent(text).map(Value::Number),
        Type::Duration => value::duration(text).map(Value::Number),
        Type::Flag => value::flag(text).map(Value::Flag),
        Type::Time => value::time(text).map(Value::Time),
        Type::Text | Type::Version | Type::List => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::kind;

    #[test]
    fn text_is_read_by_the_type_of_the_field() {
        let mut fact = Fact::new(&kind::LVS, 0);
        fact.set("lv", "thinpool", 2)
            .set("data_percent", "91.34", 20)
            .set("meta_percent", "", 30)
            .set("size", "90.00g", 40);
        assert_eq!(fact.text_of("lv"), Some("thinpool"));
        assert_eq!(fact.number_of("data_percent"), Some(91.34));
        assert_eq!(fact.number_of("size"), Some(90.0 * f64::from(1 << 30)));
        assert_eq!(fact.get("meta_percent"), None);
    }

    #[test]
    fn the_first_value_of_a_name_stays() {
        let mut fact = Fact::new(&kind::LVS, 0);
        fact.set("lv", "a", 0).set("lv", "b", 1);
        assert_eq!(fact.text_of("lv"), Some("a"));
    }
}
