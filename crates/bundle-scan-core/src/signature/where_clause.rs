//! What stands below `where` in a signature file, as it is written. `signature::condition` compiles it.

use std::fmt;
use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};

/// What a field of a fact must be.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(untagged)]
pub enum Condition {
    /// Equal to this value.
    Equals(Scalar),
    /// Each of these operators must hold.
    Operators(Box<Operators>),
}

/// Operators on a field.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // The operators are those of every query language.
pub struct Operators {
    pub eq: Option<Comparand>,
    pub ne: Option<Comparand>,
    #[serde(rename = "in")]
    pub one_of: Option<Vec<Scalar>>,
    pub not_in: Option<Vec<Scalar>>,
    pub matches: Option<String>,
    pub not_matches: Option<String>,
    pub contains: Option<String>,
    pub not_contains: Option<String>,
    pub lt: Option<Comparand>,
    pub le: Option<Comparand>,
    pub gt: Option<Comparand>,
    pub ge: Option<Comparand>,
    pub exists: Option<bool>,
}

/// What a field is compared with.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum Comparand {
    /// A value.
    Value(Scalar),
    /// Another field of the same fact.
    Field(OtherField),
}

/// Another field of the same fact.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherField {
    /// Its name.
    pub field: String,
    /// What its number is multiplied by.
    #[serde(default)]
    pub times: Option<f64>,
}

/// A plain value in a condition.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum Scalar {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// A text, a quantity (`90%`, `4Gi`), a duration or a version.
    Text(String),
}

/// What is written as a plain value, or else as a mapping. Trying one after the other, as untagged enums do, made up a quarter of
/// the start-up.
trait Plain<'de>: Sized {
    const EXPECTED: &'static str;

    fn plain(scalar: Scalar) -> Self;

    fn mapping<A: MapAccess<'de>>(_: A) -> Result<Self, A::Error> {
        Err(de::Error::invalid_type(
            de::Unexpected::Map,
            &Self::EXPECTED,
        ))
    }
}

impl Plain<'_> for Scalar {
    const EXPECTED: &'static str = "a plain value";

    fn plain(scalar: Scalar) -> Self {
        scalar
    }
}

impl<'de> Plain<'de> for Comparand {
    const EXPECTED: &'static str = "a plain value or {field: NAME}";

    fn plain(scalar: Scalar) -> Self {
        Comparand::Value(scalar)
    }

    fn mapping<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        OtherField::deserialize(MapAccessDeserializer::new(map)).map(Comparand::Field)
    }
}

impl<'de> Plain<'de> for Condition {
    const EXPECTED: &'static str = "a plain value or operators";

    fn plain(scalar: Scalar) -> Self {
        Condition::Equals(scalar)
    }

    fn mapping<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        Box::deserialize(MapAccessDeserializer::new(map)).map(Condition::Operators)
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainVisitor(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Comparand {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainVisitor(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainVisitor(PhantomData))
    }
}

struct PlainVisitor<T>(PhantomData<T>);

impl<'de, T: Plain<'de>> Visitor<'de> for PlainVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(T::EXPECTED)
    }

    fn visit_bool<E: de::Error>(self, yes: bool) -> Result<T, E> {
        Ok(T::plain(Scalar::Bool(yes)))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        Ok(T::plain(Scalar::Int(number)))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        let whole = i64::try_from(number).map(Scalar::Int);
        Ok(T::plain(whole.unwrap_or(Scalar::Float(number as f64))))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
        Ok(T::plain(Scalar::Float(number)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        Ok(T::plain(Scalar::Text(text.to_owned())))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::mapping(map)
    }
}
