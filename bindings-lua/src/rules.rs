//! This file is about rules that map certificates to users: from a text, a list of tables or a file.

use crate::certinfo::path_of;
use crate::errors::answer;
use crate::options;
use crate::table;
use mlua::{
    Lua, LuaString, MultiValue, Result, Table, UserData, UserDataMethods, UserDataRef, Value,
};
use peercert::identity::describe;

/// Rules, compiled.
pub(crate) struct Rules(peercert::Rules);

/// Adds `rules` and `rules_file`.
pub(crate) fn register(lua: &Lua, module: &Table) -> Result<()> {
    let rules = |lua: &Lua, rules: Value| {
        answer(
            lua,
            peercert::Rules::new(options::data_of(&rules)?).map(Rules),
        )
    };
    module.raw_set("rules", lua.create_function(rules)?)?;
    let file = |lua: &Lua, path: LuaString| {
        answer(lua, peercert::Rules::from_file(path_of(&path)).map(Rules))
    };
    module.raw_set("rules_file", lua.create_function(file)?)
}

impl UserData for Rules {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method("len", |_, this, ()| Ok(this.0.len()));
    }
}

/// Who a caller is.
pub(crate) fn identity(
    lua: &Lua,
    report: &peercert::Report,
    rules: &UserDataRef<Rules>,
) -> Result<MultiValue> {
    let identity = rules.0.identify(report);
    answer(
        lua,
        Ok(table::build(lua, |sink| describe(&identity, sink))?),
    )
}

/// What comes of every rule.
pub(crate) fn explanation(
    lua: &Lua,
    report: &peercert::Report,
    rules: &UserDataRef<Rules>,
) -> Result<MultiValue> {
    let explained = rules.0.explain(report);
    answer(lua, Ok(table::build(lua, |sink| explained.describe(sink))?))
}
