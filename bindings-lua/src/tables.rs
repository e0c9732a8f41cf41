//! This file is about the core's tables as Lua data, for the annotations and the reference that are
//! generated from them.

use mlua::{Lua, Result, Table};
use peercert::schema::KEYS;
use peercert::{Code, Mode, OptionScope, OPTIONS};
use std::sync::OnceLock;
use std::time::Instant;

/// Adds `version`, `long_name`, `now`, and the tables `schema`, `codes`, `modes` and `options`.
pub(crate) fn register(lua: &Lua, module: &Table) -> Result<()> {
    let version = lua.create_function(|_, ()| Ok(peercert::version()))?;
    module.raw_set("version", version)?;
    module.raw_set("long_name", lua.create_function(long_name)?)?;
    module.raw_set("now", lua.create_function(now)?)?;
    let schema = lua.create_function(|lua, ()| {
        rows(
            lua,
            KEYS.iter().map(|row| {
                vec![
                    ("group", row.group),
                    ("name", row.name),
                    ("type", row.kind.name()),
                    ("presence", row.presence),
                    ("meaning", row.meaning),
                    ("example", row.example),
                ]
            }),
        )
    })?;
    module.raw_set("schema", schema)?;
    let codes = lua.create_function(|lua, ()| {
        rows(
            lua,
            Code::ALL.iter().map(|code| {
                vec![
                    ("code", code.name()),
                    ("kind", code.kind().name()),
                    ("meaning", code.meaning()),
                ]
            }),
        )
    })?;
    module.raw_set("codes", codes)?;
    let modes = lua.create_function(|_, ()| {
        Ok(Mode::ALL.iter().map(|mode| mode.name()).collect::<Vec<_>>())
    })?;
    module.raw_set("modes", modes)?;
    let options = lua.create_function(|lua, ()| {
        rows(
            lua,
            OPTIONS.iter().map(|row| {
                vec![
                    ("name", row.name),
                    ("type", row.kind.name()),
                    ("default", row.default),
                    ("scope", scope(row.scope)),
                    ("meaning", row.meaning),
                ]
            }),
        )
    })?;
    module.raw_set("options", options)
}

fn scope(scope: OptionScope) -> &'static str {
    match scope {
        OptionScope::Server => "server",
        OptionScope::Host => "host",
    }
}

/// OpenSSL's long name of an OID in dotted form, or the OID.
fn long_name(_: &Lua, oid: String) -> Result<String> {
    Ok(peercert::cert::long_name(&oid).map_or(oid, str::to_owned))
}

/// Seconds on a clock that only goes forward.
fn now(_: &Lua, (): ()) -> Result<f64> {
    static START: OnceLock<Instant> = OnceLock::new();
    Ok(START.get_or_init(Instant::now).elapsed().as_secs_f64())
}

fn rows(lua: &Lua, rows: impl Iterator<Item = Vec<(&'static str, &'static str)>>) -> Result<Table> {
    let list = lua.create_table()?;
    for row in rows {
        let entry = lua.create_table()?;
        for (name, value) in row {
            entry.raw_set(name, value)?;
        }
        list.raw_push(entry)?;
    }
    Ok(list)
}
