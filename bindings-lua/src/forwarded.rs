//! This file is about what a trusted proxy forwards.
//!
//! In: options, and the headers of a request. Out: a report, or none.

use crate::errors::answer;
use crate::options;
use crate::report::Report;
use mlua::{Lua, LuaString, Result, Table, UserData, UserDataMethods, Variadic};
use peercert::forwarded;

/// Which proxies are trusted to say who the client is.
struct Forwarded(forwarded::Forwarded);

/// Adds `forwarded`.
pub(crate) fn register(lua: &Lua, module: &Table) -> Result<()> {
    let make = |lua: &Lua, proxies: Variadic<Table>| {
        let proxies: Vec<_> = proxies
            .iter()
            .map(options::from_table)
            .collect::<Result<_>>()?;
        answer(lua, forwarded::Forwarded::new(proxies).map(Forwarded))
    };
    module.raw_set("forwarded", lua.create_function(make)?)
}

impl UserData for Forwarded {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        // Names and values come as two lists of the same length.
        methods.add_method(
            "read",
            |lua, this, (sender, names, values): (LuaString, Vec<LuaString>, Vec<LuaString>)| {
                let names: Vec<_> = names.iter().map(LuaString::to_string_lossy).collect();
                let values: Vec<_> = values.iter().map(LuaString::as_bytes).collect();
                let headers = names.iter().zip(&values);
                let headers = headers.map(|(name, value)| (name.as_str(), &**value));
                let told = this.0.read(&sender.to_string_lossy(), headers);
                answer(lua, told.map(|report| report.map(Report::new)))
            },
        );
        methods.add_method("claims", |_, this, name: LuaString| {
            Ok(this.0.claims(&name.to_string_lossy()))
        });
        methods.add_method("claims_variable", |_, this, name: LuaString| {
            Ok(this.0.claims_variable(&name.to_string_lossy()))
        });
    }
}
