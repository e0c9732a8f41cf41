//! This file is about options: from a Lua table to the core's plain data.
//!
//! In: a table of names and values. Out: [`Options`], unchecked: the core tells every problem at once.

use mlua::{Result, Table, Value};
use peercert::{OptionKind, OptionValue, Options};

/// The options of a table, in the order of their names: Lua's own order changes from run to run.
pub(crate) fn from_table(table: &Table) -> Result<Options> {
    from_table_within(table, &mut Vec::new())
}

/// How deep options nest.
const DEPTH: usize = 4;

/// The tables that a value is within, outermost first: one that contains itself ends there.
type Path = Vec<*const std::ffi::c_void>;

fn from_table_within(table: &Table, path: &mut Path) -> Result<Options> {
    path.push(table.to_pointer());
    let mut entries = Vec::new();
    for pair in table.pairs::<Value, Value>() {
        let (name, value) = pair?;
        let name = name_of(&name);
        let is_sets = peercert::option(&name).is_some_and(|row| row.kind == OptionKind::Hosts);
        let value = match (&value, is_sets) {
            (Value::Table(sets), true) if may_hold(path, sets) => sets_of(sets, path)?,
            _ => value_of(&value, path)?,
        };
        entries.push((name, value));
    }
    path.pop();
    Ok(sorted(entries))
}

/// Sets of options by name. A table without entries would else pass for a list.
fn sets_of(table: &Table, path: &mut Path) -> Result<OptionValue> {
    path.push(table.to_pointer());
    let mut entries = Vec::new();
    for pair in table.pairs::<Value, Value>() {
        let (name, value) = pair?;
        let value = match &value {
            Value::Table(set) if may_hold(path, set) => from_table_within(set, path)?.into(),
            _ => of_no_type(),
        };
        entries.push((name_of(&name), value));
    }
    path.pop();
    Ok(sorted(entries).into())
}

fn sorted(mut entries: Vec<(String, OptionValue)>) -> Options {
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut options = Options::new();
    for (name, value) in entries {
        options.push(&name, value);
    }
    options
}

fn may_hold(path: &Path, table: &Table) -> bool {
    path.len() < DEPTH && !path.contains(&table.to_pointer())
}

/// The name of an option, for a message where it is none. No `__tostring` of a script's is called.
fn name_of(name: &Value) -> String {
    match name {
        Value::String(name) => name.to_string_lossy(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        other => other.type_name().to_owned(),
    }
}

/// A Lua value as plain data.
pub(crate) fn data_of(value: &Value) -> Result<OptionValue> {
    value_of(value, &mut Vec::new())
}

fn value_of(value: &Value, path: &mut Path) -> Result<OptionValue> {
    Ok(match value {
        Value::Boolean(flag) => OptionValue::Flag(*flag),
        Value::Integer(number) => OptionValue::Integer(*number),
        Value::Number(number) => whole(*number),
        // Text in Lua is bytes: a file's name or a key's DER need not be UTF-8.
        Value::String(text) => match text.to_str() {
            Ok(text) => OptionValue::Text(text.to_owned()),
            Err(_) => OptionValue::Bytes(text.as_bytes().to_vec()),
        },
        Value::Table(table) if may_hold(path, table) => {
            let length = table.raw_len();
            if table.pairs::<Value, Value>().count() == length {
                list_of(table, path)?
            } else if length == 0 {
                OptionValue::Options(from_table_within(table, path)?)
            } else {
                // A list with holes or with names: nothing of it may be left out in silence.
                of_no_type()
            }
        }
        _ => of_no_type(),
    })
}

fn list_of(table: &Table, path: &mut Path) -> Result<OptionValue> {
    path.push(table.to_pointer());
    let items = table.sequence_values::<Value>();
    let list = items
        .map(|item| value_of(&item?, path))
        .collect::<Result<_>>()?;
    path.pop();
    Ok(OptionValue::List(list))
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
