//! Conditions on the fields of facts and on captures, compiled to the type of the field.
//!
//! A field that is not known meets no condition but the negative ones (`ne`, `not_in`, `not_matches`, `not_contains`,
//! `exists: false`). A list meets a positive condition when one of its elements does, a negative one when none fails it.

use std::cmp::Ordering;

use super::compile::{LazyRegex, build_regex};
use super::where_clause::{Comparand, Condition, Operators, Scalar};
use crate::fact::kind::{Kind, Type};
use crate::fact::row::{ByPosition, Fact, digest, scalar};
use crate::fact::value::{self, Value};

/// One condition on one value.
#[derive(Debug)]
pub struct Test {
    operator: Operator,
    of: Type,
}

#[derive(Debug)]
enum Operator {
    Equals(Operand),
    Differs(Operand),
    OneOf(Vec<Operand>),
    NoneOf(Vec<Operand>),
    Matches(LazyRegex),
    NotMatches(LazyRegex),
    Contains(String),
    NotContains(String),
    Ordered(Operand, &'static [Ordering]),
    Exists(bool),
}

/// What a value is compared with.
#[derive(Debug)]
enum Operand {
    Constant(Value<'static>),
    Field { name: String, times: f64 },
}

const LESS: &[Ordering] = &[Ordering::Less];
const AT_MOST: &[Ordering] = &[Ordering::Less, Ordering::Equal];
const GREATER: &[Ordering] = &[Ordering::Greater];
const AT_LEAST: &[Ordering] = &[Ordering::Greater, Ordering::Equal];

/// Compiles the conditions on a field of a fact.
///
/// # Errors
/// What is wrong with them, as one sentence.
pub fn compile(kind: &Kind, field: &str, condition: &Condition) -> Result<Vec<Test>, String> {
    let Some(spec) = kind.field(field) else {
        return Err(format!("{:?} has no field {field:?}", kind.name));
    };
    let check = |other: &str| match kind.field(other) {
        Some(other_spec) if other_spec.of == spec.of => Ok(()),
        Some(_) => Err(format!("{other:?} is of another type than {field:?}")),
        None => Err(format!("{:?} has no field {other:?}", kind.name)),
    };
    Compiler { of: spec.of, check }.condition(condition)
}

/// Compiles the conditions on a capture: its type is that of the value it is compared with.
///
/// # Errors
/// What is wrong with them, as one sentence.
pub fn compile_for_capture(condition: &Condition) -> Result<Vec<Test>, String> {
    let compiler = Compiler {
        of: type_of_condition(condition),
        check: |_: &str| Err("a capture is compared with a value, not with a field".to_owned()),
    };
    compiler.condition(condition)
}

/// Checks the patterns of a condition. Compiling them is left to the first use otherwise: few of hundreds are needed.
///
/// # Errors
/// What is wrong with the first bad one.
pub fn check_patterns(condition: &Condition) -> Result<(), String> {
    let Condition::Operators(operators) = condition else {
        return Ok(());
    };
    let patterns = [&operators.matches, &operators.not_matches];
    for pattern in patterns.into_iter().flatten() {
        build_regex(pattern, false).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// About how much it costs to evaluate tests: those that cost little and tell much come first.
pub fn cost(tests: &[Test]) -> u8 {
    let costs = tests.iter().map(|test| match &test.operator {
        Operator::Exists(_) => 0,
        Operator::Equals(_) | Operator::OneOf(_) => 1,
        Operator::Differs(_) | Operator::NoneOf(_) | Operator::Ordered(..) => 2,
        Operator::Contains(_) | Operator::NotContains(_) => 3,
        Operator::Matches(_) | Operator::NotMatches(_) => 4,
    });
    costs.max().unwrap_or(0)
}

/// If one of the tests only holds for one of a few texts, their [`digest`]s.
pub fn digests(tests: &[Test]) -> Option<Vec<u64>> {
    tests.iter().find_map(|test| {
        let operands = match &test.operator {
            Operator::Equals(operand) => std::slice::from_ref(operand),
            Operator::OneOf(operands) => operands,
            _ => return None,
        };
        let digest_of = |operand: &Operand| match operand {
            Operand::Constant(Value::Text(text)) if test.of == Type::Text => Some(digest(text)),
            _ => None,
        };
        operands.iter().map(digest_of).collect()
    })
}

/// If tests only hold for numbers within bounds, the least and the most, both included.
pub fn bounds(tests: &[Test]) -> Option<[f64; 2]> {
    let each = tests.iter().filter_map(|test| {
        let number = |operand: &Operand| match operand {
            Operand::Constant(Value::Number(number)) => Some(*number),
            _ => None,
        };
        match &test.operator {
            Operator::Equals(operand) => number(operand).map(|number| [number, number]),
            Operator::Ordered(operand, orders) => {
                let number = number(operand)?;
                Some(match orders.contains(&Ordering::Less) {
                    true => [f64::NEG_INFINITY, number],
                    false => [number, f64::INFINITY],
                })
            }
            _ => None,
        }
    });
    each.reduce(|[least, most], [above, below]| [least.max(above), most.min(below)])
}

/// Whether tests can only hold for a field that is known (`Some(true)`), or that is not (`Some(false)`).
pub fn needs_known(tests: &[Test]) -> Option<bool> {
    let needs = tests.iter().map(|test| match &test.operator {
        Operator::Exists(wanted) => Some(*wanted),
        operator => (!operator.is_negative()).then_some(true),
    });
    needs.flatten().next()
}

/// Whether all tests hold for the field at this place of [`Kind::fields`].
pub fn holds(tests: &[Test], fact: &ByPosition<'_, '_>, position: usize) -> bool {
    let value = fact.get(position).map(|field| &field.value);
    tests.iter().all(|test| test.holds(value, Some(fact.fact)))
}

/// Whether all tests hold for a captured text.
pub fn holds_for_text(tests: &[Test], text: &str) -> bool {
    tests.iter().all(|test| {
        let value = match test.of {
            Type::Text | Type::Version | Type::List => Some(Value::Text(text.into())),
            of => scalar(of, text),
        };
        test.holds(value.as_ref(), None)
    })
}

struct Compiler<F> {
    of: Type,
    check: F,
}

impl<F: Fn(&str) -> Result<(), String>> Compiler<F> {
    fn condition(&self, condition: &Condition) -> Result<Vec<Test>, String> {
        let operators = match condition {
            Condition::Equals(scalar) => vec![Operator::Equals(self.constant(scalar)?)],
            Condition::Operators(operators) => self.operators(operators)?,
        };
        if operators.is_empty() {
            return Err("a condition needs an operator".to_owned());
        }
        let of = self.of;
        Ok(operators
            .into_iter()
            .map(|operator| Test { operator, of })
            .collect())
    }

    fn operators(&self, given: &Operators) -> Result<Vec<Operator>, String> {
        let mut found = Vec::new();
        let all = |scalars: &[Scalar]| {
            let operands: Result<Vec<_>, _> =
                scalars.iter().map(|one| self.constant(one)).collect();
            operands
        };
        if let Some(operand) = &given.eq {
            found.push(Operator::Equals(self.operand(operand)?));
        }
        if let Some(operand) = &given.ne {
            found.push(Operator::Differs(self.operand(operand)?));
        }
        if let Some(scalars) = &given.one_of {
            found.push(Operator::OneOf(all(scalars)?));
        }
        if let Some(scalars) = &given.not_in {
            found.push(Operator::NoneOf(all(scalars)?));
        }
        if let Some(pattern) = &given.matches {
            found.push(Operator::Matches(self.regex(pattern)?));
        }
        if let Some(pattern) = &given.not_matches {
            found.push(Operator::NotMatches(self.regex(pattern)?));
        }
        if let Some(text) = &given.contains {
            found.push(Operator::Contains(self.part(text)?));
        }
        if let Some(text) = &given.not_contains {
            found.push(Operator::NotContains(self.part(text)?));
        }
        for (operand, orders) in [
            (&given.lt, LESS),
            (&given.le, AT_MOST),
            (&given.gt, GREATER),
            (&given.ge, AT_LEAST),
        ] {
            if let Some(operand) = operand {
                found.push(Operator::Ordered(self.ordered(operand)?, orders));
            }
        }
        found.extend(given.exists.map(Operator::Exists));
        Ok(found)
    }

    fn ordered(&self, operand: &Comparand) -> Result<Operand, String> {
        match self.of {
            Type::Text | Type::Flag | Type::List => {
                Err("lt, le, gt and ge compare numbers, times and versions, not this".to_owned())
            }
            _ => self.operand(operand),
        }
    }

    fn operand(&self, operand: &Comparand) -> Result<Operand, String> {
        match operand {
            Comparand::Value(scalar) => self.constant(scalar),
            Comparand::Field(other) => {
                (self.check)(&other.field)?;
                Ok(Operand::Field {
                    name: other.field.clone(),
                    times: other.times.unwrap_or(1.0),
                })
            }
        }
    }

    fn constant(&self, given: &Scalar) -> Result<Operand, String> {
        let text = match given {
            Scalar::Bool(yes) => yes.to_string(),
            Scalar::Int(number) => number.to_string(),
            Scalar::Float(number) => number.to_string(),
            Scalar::Text(text) => text.clone(),
        };
        let value = match self.of {
            Type::Text | Type::Version | Type::List => Some(Value::Text(text.clone().into())),
            Type::Time => date(&text).map(Value::Time),
            of => scalar(of, &text),
        };
        value
            .map(Operand::Constant)
            .ok_or_else(|| format!("{text:?} is no {}", name_of(self.of)))
    }

    fn regex(&self, pattern: &str) -> Result<LazyRegex, String> {
        Ok(LazyRegex::new(&self.part(pattern)?, false))
    }

    /// A part of a text is asked for.
    fn part(&self, text: &str) -> Result<String, String> {
        match self.of {
            Type::Text | Type::Version | Type::List => Ok(text.to_owned()),
            of => Err(format!(
                "matches and contains are for texts, not for a {}",
                name_of(of)
            )),
        }
    }
}

impl Test {
    fn holds(&self, value: Option<&Value<'_>>, fact: Option<&Fact<'_>>) -> bool {
        let Some(value) = value else {
            return match &self.operator {
                Operator::Exists(wanted) => !wanted,
                operator => operator.is_negative(),
            };
        };
        if let Value::List(texts) = value {
            let mut each = texts.iter().map(|text| Value::Text(text.as_ref().into()));
            return match self.operator.is_negative() {
                true => each.all(|one| self.holds_for(&one, fact)),
                false => each.any(|one| self.holds_for(&one, fact)),
            };
        }
        self.holds_for(value, fact)
    }

    fn holds_for(&self, value: &Value<'_>, fact: Option<&Fact<'_>>) -> bool {
        let is = |operand: &Operand| match (value, operand) {
            // By far the commonest test, and equality is told from the lengths alone most of the time.
            (Value::Text(text), Operand::Constant(Value::Text(wanted)))
                if self.of != Type::Version =>
            {
                text == wanted
            }
            _ => self.compare(value, operand, fact) == Some(Ordering::Equal),
        };
        let text = || match value {
            Value::Text(text) => text.as_ref(),
            _ => "",
        };
        match &self.operator {
            Operator::Equals(operand) => is(operand),
            Operator::Differs(operand) => !is(operand),
            Operator::OneOf(operands) => operands.iter().any(is),
            Operator::NoneOf(operands) => !operands.iter().any(is),
            Operator::Matches(regex) => regex.compiled().is_match(text().as_bytes()),
            Operator::NotMatches(regex) => !regex.compiled().is_match(text().as_bytes()),
            Operator::Contains(part) => text().contains(part.as_str()),
            Operator::NotContains(part) => !text().contains(part.as_str()),
            Operator::Ordered(operand, wanted) => self
                .compare(value, operand, fact)
                .is_some_and(|order| wanted.contains(&order)),
            Operator::Exists(wanted) => *wanted,
        }
    }

    fn compare(
        &self,
        value: &Value<'_>,
        operand: &Operand,
        fact: Option<&Fact<'_>>,
    ) -> Option<Ordering> {
        match operand {
            Operand::Constant(constant) => order(value, constant, 1.0, self.of),
            Operand::Field { name, times } => {
                order(value, &fact?.get(name)?.value, *times, self.of)
            }
        }
    }
}

impl Operator {
    fn is_negative(&self) -> bool {
        matches!(
            self,
            Operator::Differs(_)
                | Operator::NoneOf(_)
                | Operator::NotMatches(_)
                | Operator::NotContains(_)
        )
    }
}

fn order(a: &Value<'_>, b: &Value<'_>, times: f64, of: Type) -> Option<Ordering> {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) if of == Type::Version => {
            Some(value::compare_versions(a, b))
        }
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Number(a), Value::Number(b)) => a.partial_cmp(&(b * times)),
        (Value::Flag(a), Value::Flag(b)) => Some(a.cmp(b)),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// The type that a capture must have to be compared with what the condition names.
fn type_of_condition(condition: &Condition) -> Type {
    let operators = match condition {
        Condition::Equals(scalar) => return type_of(scalar),
        Condition::Operators(operators) => operators,
    };
    let compared = [
        &operators.eq,
        &operators.ne,
        &operators.lt,
        &operators.le,
        &operators.gt,
        &operators.ge,
    ];
    let value = compared
        .into_iter()
        .flatten()
        .find_map(|operand| match operand {
            Comparand::Value(scalar) => Some(scalar),
            Comparand::Field(_) => None,
        });
    let listed = [&operators.one_of, &operators.not_in];
    let listed = listed
        .into_iter()
        .flatten()
        .find_map(|scalars| scalars.first());
    value.or(listed).map_or(Type::Text, type_of)
}

fn type_of(given: &Scalar) -> Type {
    let text = match given {
        Scalar::Bool(_) => return Type::Flag,
        Scalar::Int(_) | Scalar::Float(_) => return Type::Number,
        Scalar::Text(text) => text,
    };
    let is_version =
        || text.matches('.').count() > 1 && text.starts_with(|c: char| c.is_ascii_digit());
    if text.ends_with('%') {
        Type::Percent
    } else if is_version() {
        Type::Version
    } else if value::duration(text).is_some() {
        Type::Duration
    } else if value::size(text).is_some() {
        Type::Size
    } else {
        Type::Text
    }
}

/// `2021-09-15` or an instant.
fn date(text: &str) -> Option<i64> {
    value::time(text).or_else(|| value::time(&format!("{text}T00:00:00Z")))
}

fn name_of(of: Type) -> &'static str {
    match of {
        Type::Text | Type::List => "text",
        Type::Number => "number",
        Type::Size => "size such as 512MiB",
        Type::Quantity => "quantity such as 250m or 4Gi",
        Type::Percent => "percentage such as 90%",
        Type::Duration => "duration such as 10m",
        Type::Flag => "true or false",
        Type::Time => "date such as 2026-03-10",
        Type::Version => "version",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::kind;

    fn condition(yaml: &str) -> Condition {
        serde_saphyr::from_str(yaml).expect("a condition")
    }

    fn check(fact: &Fact<'_>, field: &str, rows: &[(&str, bool)]) {
        for (yaml, expected) in rows {
            let tests = compile(fact.kind, field, &condition(yaml)).expect("it compiles");
            let position = fact.kind.position(field).expect("the kind has it");
            let fact = ByPosition::new(fact);
            assert_eq!(holds(&tests, &fact, position), *expected, "{field} {yaml}");
        }
    }

    #[test]
    fn numbers_carry_units() {
        let mut fact = Fact::new(&kind::DOCKER_INFO, 0);
        fact.set("data_space_available", "2GB", 0)
            .set("thin_pool_minimum_free", "10GB", 0)
            .set("data_used_percent", "92.5", 0);
        check(
            &fact,
            "data_space_available",
            &[
                ("{lt: 3GB}", true),
                ("{lt: 1GB}", false),
                ("{lt: {field: thin_pool_minimum_free}}", true),
                ("{lt: {field: thin_pool_minimum_free, times: 0.1}}", false),
            ],
        );
        check(
            &fact,
            "data_used_percent",
            &[("{ge: 90}", true), ("{ge: '93%'}", false), ("92.5", true)],
        );
    }

    #[test]
    fn versions_durations_flags_and_texts() {
        let mut fact = Fact::new(&kind::NODE, 0);
        fact.set("kernel", "3.10.0-957.el7.x86_64", 0)
            .set("age", "3d4h", 0)
            .set("unschedulable", "true", 0)
            .set("name", "node-1", 0);
        check(
            &fact,
            "kernel",
            &[("{lt: '3.10.0-1127.el7'}", true), ("{ge: '4.18'}", false)],
        );
        check(&fact, "age", &[("{gt: 10m}", true), ("{lt: 1d}", false)]);
        check(
            &fact,
            "unschedulable",
            &[("true", true), ("{ne: true}", false)],
        );
        check(
            &fact,
            "name",
            &[
                ("node-1", true),
                ("{in: [a, node-1]}", true),
                ("{matches: '^node-\\d$'}", true),
                ("{not_contains: node}", false),
            ],
        );
    }

    #[test]
    fn what_is_unknown_meets_only_negative_conditions() {
        let fact = Fact::new(&kind::NODE, 0);
        check(
            &fact,
            "name",
            &[
                ("a", false),
                ("{ne: a}", true),
                ("{not_in: [a]}", true),
                ("{exists: false}", true),
                ("{exists: true}", false),
            ],
        );
    }

    #[test]
    fn lists_are_searched() {
        let mut fact = Fact::new(&kind::POD, 0);
        fact.set("finalizers", "a/b,kubernetes.io/pvc-protection", 0);
        check(
            &fact,
            "finalizers",
            &[
                ("{contains: pvc-protection}", true),
                ("{not_contains: pvc-protection}", false),
                ("a/b", true),
                ("{ne: c}", true),
            ],
        );
    }

    #[test]
    fn mistakes_are_told() {
        for (field, yaml, expected) in [
            ("nope", "1", "\"node\" has no field \"nope\""),
            ("age", "{gt: soon}", "\"soon\" is no duration such as 10m"),
            (
                "name",
                "{lt: a}",
                "lt, le, gt and ge compare numbers, times and versions, not this",
            ),
            (
                "age",
                "{matches: x}",
                "matches and contains are for texts, not for a duration such as 10m",
            ),
            ("age", "{}", "a condition needs an operator"),
            (
                "age",
                "{lt: {field: name}}",
                "\"name\" is of another type than \"age\"",
            ),
        ] {
            let found = compile(&kind::NODE, field, &condition(yaml)).map(|_| ());
            assert_eq!(found, Err(expected.to_owned()), "{field} {yaml}");
        }
    }

    #[test]
    fn captures_are_read_by_what_they_are_compared_with() {
        for (yaml, text, expected) in [
            ("{lt: 20000}", "15991", true),
            ("{ge: '90%'}", "91.3%", true),
            ("{gt: 10m}", "2h5m", true),
            ("{lt: 1GiB}", "900MiB", true),
            ("{lt: 1.17.9}", "v1.17.10", false),
            ("{lt: 5}", "many", false),
            ("abc", "abc", true),
        ] {
            let tests = compile_for_capture(&condition(yaml)).expect("it compiles");
            assert_eq!(holds_for_text(&tests, text), expected, "{yaml} {text}");
        }
    }
}
