//! The native module of the Lua package: it converts, and decides nothing.
//!
//! In: calls of `peercert/*.lua`, which has checked the types of the arguments. Out: Lua values; what
//! can go wrong in operation comes back as `nil` and an error as plain data, never raised. It keeps
//! no state of Lua's, and may not know what a key means, which option exists or when a certificate
//! is good: all that is the core's.

mod acceptor;
mod certinfo;
mod connection;
mod errors;
mod export;
mod forwarded;
mod options;
mod report;
mod rules;
mod socket;
mod table;
mod tables;

use mlua::{Lua, Result, Table};

/// The entry that `require "peercert.native"` calls.
#[mlua::lua_module(name = "peercert_native")]
fn native(lua: &Lua) -> Result<Table> {
    let module = lua.create_table()?;
    certinfo::register(lua, &module)?;
    acceptor::register(lua, &module)?;
    report::register(lua, &module)?;
    rules::register(lua, &module)?;
    export::register(lua, &module)?;
    forwarded::register(lua, &module)?;
    tables::register(lua, &module)?;
    Ok(module)
}
