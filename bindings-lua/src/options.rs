//! This file is about options: from a Lua table to the core's plain data.
//!
//! In: a table of names and values. Out: [`Options`], unchecked: the core tells every problem at once.

use mlua::{Result, Table, Value};
use peercert::{OptionValue, Options};

/// The options of a table, in the order of their names: Lua's own order changes from run to run.
pub(crate) fn from_table(table: &Table) -> Result<Options> {
    from_table_within(table, 0)
}

/// How deep options nest; a table that contains itself ends here.
const DEPTH: usize = 8;

fn from_table_within(table: &Table, depth: usize) -> Result<Options> {
    let mut entries = Vec::new();
    for pair in table.pairs::<Value, Value>() {
        let (name, value) = pair?;
        let name = match &name {
            Value::String(name) => name.to_string_lossy(),
            other => other.to_string()?,
        };
        entries.push((name, value_of(&value, depth)?));
    }
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut options = Options::new();
    for (name, value) in entries {
        options.push(&name, value);
    }
    Ok(options)
}

fn value_of(value: &Value, depth: usize) -> Result<OptionValue> {
    Ok(match value {
        Value::Boolean(flag) => OptionValue::Flag(*flag),
        Value::Integer(number) => OptionValue::Integer(*number),
        Value::Number(number) => whole(*number),
        // Text in Lua is bytes: a file's name or a key's DER need not be UTF-8.
        Value::String(text) => match text.to_str() {
            Ok(text) => OptionValue::Text(text.to_owned()),
            Err(_) => OptionValue::Bytes(text.as_bytes().to_vec()),
        },
        Value::Table(table) if depth < DEPTH => {
            if table.raw_len() > 0 || table.is_empty() {
                let items = table.sequence_values::<Value>();
                OptionValue::List(
                    items
                        .map(|item| value_of(&item?, depth + 1))
                        .collect::<Result<_>>()?,
                )
            } else {
                OptionValue::Options(from_table_within(table, depth + 1)?)
            }
        }
        _ => of_no_type(),
    })
}

/// A number of a Lua without integers: a whole one is meant as such.
fn whole(number: f64) -> OptionValue {
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
    if number.fract() == 0.0 && number.abs() < 9e15 {
        OptionValue::Integer(number as i64)
    } else {
        OptionValue::Number(number)
    }
}

/// What stands for a Lua value that is none of the core's types: no option takes it, so the core
/// reports it beside the other problems.
fn of_no_type() -> OptionValue {
    OptionValue::List(vec![OptionValue::List(Vec::new())])
}
