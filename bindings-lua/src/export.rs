//! This file is about the names that applications already read, as a Lua table.
//!
//! In: a report, and details by name. Out: names and values; what a form says is not known is `nil`.

use crate::errors::answer;
use crate::options;
use mlua::{IntoLua, Lua, LuaString, MultiValue, Result, Table};
use peercert::export::{is_fake_basic_auth, Details, Exported, Format};
use peercert::{Options, Report};

/// Adds `is_fake_basic_auth`.
pub(crate) fn register(lua: &Lua, module: &Table) -> Result<()> {
    let fake = |_: &Lua, value: LuaString| Ok(is_fake_basic_auth(&value.to_string_lossy()));
    module.raw_set("is_fake_basic_auth", lua.create_function(fake)?)
}

/// What is exported of a report.
pub(crate) fn of_report(
    lua: &Lua,
    report: &Report,
    form: &LuaString,
    details: Option<Table>,
) -> Result<MultiValue> {
    let details = Details::of_options(given(details)?);
    exported(lua, report, form, details)
}

/// What is exported of the client of a connection.
pub(crate) fn of_connection(
    lua: &Lua,
    connection: &peercert::Connection,
    form: &LuaString,
    details: Option<Table>,
) -> Result<MultiValue> {
    let given = given(details)?;
    match connection.clientcert() {
        Err(error) => answer(lua, Err::<(), _>(error)),
        Ok(report) => {
            let known = connection.export_details();
            let details = known.and_then(|known| known.with_options(given));
            exported(lua, report, form, details)
        }
    }
}

fn given(details: Option<Table>) -> Result<Options> {
    details.map_or_else(
        || Ok(Options::new()),
        |details| options::from_table(&details),
    )
}

fn exported(
    lua: &Lua,
    report: &Report,
    form: &LuaString,
    details: peercert::Result<Details>,
) -> Result<MultiValue> {
    let found = lua.create_table()?;
    let mut failure = None;
    let set = |name: &str, value: Exported<'_>| {
        if let Err(error) = set(lua, &found, name, value) {
            failure.get_or_insert(error);
        }
    };
    let done =
        Format::parse(&form.to_string_lossy()).and_then(|form| report.export(form, &details?, set));
    match failure {
        None => answer(lua, done.map(|()| found)),
        Some(failure) => Err(failure),
    }
}

fn set(lua: &Lua, found: &Table, name: &str, value: Exported<'_>) -> Result<()> {
    let value = match value {
        Exported::Text(text) => text.into_lua(lua),
        Exported::Integer(number) => number.into_lua(lua),
        Exported::Texts(texts) => texts.into_lua(lua),
        Exported::Nothing => return Ok(()),
    }?;
    found.raw_set(name, value)
}
