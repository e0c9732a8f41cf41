//! This file is about certificates without a connection.

use crate::errors::answer;
use crate::table;
use mlua::{Lua, LuaString, MultiValue, Result, Table};
use peercert::schema::Sink;
use peercert::Certificate;

/// Adds `certinfo`, `certinfo_file` and `certinfos`.
pub(crate) fn register(lua: &Lua, module: &Table) -> Result<()> {
    module.raw_set("certinfo", lua.create_function(certinfo)?)?;
    module.raw_set("certinfo_file", lua.create_function(certinfo_file)?)?;
    module.raw_set("certinfos", lua.create_function(certinfos)?)
}

fn certinfo(lua: &Lua, data: LuaString) -> Result<MultiValue> {
    one(lua, peercert::certinfo(&data.as_bytes()))
}

fn certinfo_file(lua: &Lua, path: LuaString) -> Result<MultiValue> {
    one(lua, peercert::certinfo_file(path_of(&path)))
}

fn certinfos(lua: &Lua, (data, password): (LuaString, Option<LuaString>)) -> Result<MultiValue> {
    let password = password.map(|password| password.to_string_lossy());
    let found = peercert::certinfos(&data.as_bytes(), password.as_deref());
    match found {
        Err(error) => answer(lua, Err::<(), _>(error)),
        Ok(certificates) => {
            let list = lua.create_table()?;
            for certificate in &certificates {
                list.raw_push(described(lua, certificate)?)?;
            }
            answer(lua, Ok(list))
        }
    }
}

fn one(lua: &Lua, found: peercert::Result<Certificate>) -> Result<MultiValue> {
    match found {
        Err(error) => answer(lua, Err::<(), _>(error)),
        Ok(certificate) => answer(lua, Ok(described(lua, &certificate)?)),
    }
}

fn described(lua: &Lua, certificate: &Certificate) -> Result<mlua::Value> {
    table::build(lua, |sink| {
        sink.begin_dict();
        certificate.describe(sink);
        sink.end();
    })
}

/// A path, in whatever bytes the file system has.
pub(crate) fn path_of(path: &LuaString) -> std::path::PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(&path.as_bytes()).into()
}
