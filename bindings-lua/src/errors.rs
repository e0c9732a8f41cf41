//! This file is about errors: from the core's one type to a Lua table of plain data.
//!
//! In: an error. Out: `{kind, code, message, context, clientcert, problems}`, to which `peercert` gives
//! its `__tostring`.

use crate::table;
use mlua::{IntoLuaMulti, Lua, MultiValue, Result, Table, Value};
use peercert::Error;

/// What a call gives that may go wrong in operation: its result, or `nil` and the error.
pub(crate) fn answer<T: IntoLuaMulti>(
    lua: &Lua,
    result: peercert::Result<T>,
) -> Result<MultiValue> {
    match result {
        Ok(value) => value.into_lua_multi(lua),
        Err(error) => (Value::Nil, as_table(lua, &error)?).into_lua_multi(lua),
    }
}

/// The error as data.
pub(crate) fn as_table(lua: &Lua, error: &Error) -> Result<Table> {
    let made = lua.create_table()?;
    made.raw_set("kind", error.kind().name())?;
    made.raw_set("code", error.code().name())?;
    made.raw_set("message", error.message())?;
    let context = lua.create_table()?;
    for (name, value) in error.context() {
        context.raw_set(*name, value.as_str())?;
    }
    made.raw_set("context", context)?;
    if let Some(report) = error.clientcert() {
        let dictionary = table::build(lua, |sink| report.describe(sink))?;
        made.raw_set("clientcert", dictionary)?;
    }
    let problems = lua.create_table()?;
    if let [first, ..] = error.problems() {
        // An error without problems of its own gives itself.
        if !std::ptr::eq(first, error) {
            for problem in error.problems() {
                problems.raw_push(as_table(lua, problem)?)?;
            }
        }
    }
    made.raw_set("problems", problems)?;
    Ok(made)
}
