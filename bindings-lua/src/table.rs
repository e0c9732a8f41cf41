//! This file is about dictionaries: from the core's visitor to plain Lua tables, without metatables.
//!
//! In: visitor calls. Out: a table, or the first failure of Lua's (it has no memory).

use mlua::{Lua, Result, Table, Value};
use peercert::schema::{Key, Sink};

/// The visitor that fills tables.
pub(crate) struct Builder<'lua> {
    lua: &'lua Lua,
    open: Vec<(Option<Key>, Table)>,
    pending: Option<Key>,
    root: Result<Value>,
}

/// The table that a description fills.
pub(crate) fn build(lua: &Lua, describe: impl FnOnce(&mut Builder<'_>)) -> Result<Value> {
    let mut builder = Builder {
        lua,
        open: Vec::new(),
        pending: None,
        root: Ok(Value::Nil),
    };
    describe(&mut builder);
    builder.root
}

impl Builder<'_> {
    fn put(&mut self, value: Result<Value>) {
        let key = self.pending.take();
        self.put_at(key, value);
    }

    fn put_at(&mut self, key: Option<Key>, value: Result<Value>) {
        // After a failure the rest of the calls changes nothing.
        if self.root.is_err() {
            return;
        }
        let set = value.and_then(|value| match (self.open.last(), key) {
            (Some((_, dict)), Some(key)) => dict.raw_set(key.name(), value),
            (Some((_, list)), None) => list.raw_push(value),
            (None, _) => {
                self.root = Ok(value);
                Ok(())
            }
        });
        if let Err(failure) = set {
            self.root = Err(failure);
        }
    }

    fn begin(&mut self) {
        match self.lua.create_table() {
            Ok(table) => self.open.push((self.pending.take(), table)),
            Err(failure) => self.root = Err(failure),
        }
    }
}

impl Sink for Builder<'_> {
    fn key(&mut self, key: Key) {
        self.pending = Some(key);
    }
    fn text(&mut self, value: &str) {
        let text = self.lua.create_string(value).map(Value::String);
        self.put(text);
    }
    fn integer(&mut self, value: i64) {
        self.put(integer(self.lua, value));
    }
    fn flag(&mut self, value: bool) {
        self.put(Ok(Value::Boolean(value)));
    }
    fn begin_list(&mut self) {
        self.begin();
    }
    fn begin_dict(&mut self) {
        self.begin();
    }
    fn end(&mut self) {
        if let Some((key, table)) = self.open.pop() {
            self.put_at(key, Ok(Value::Table(table)));
        }
    }
}

/// A whole number: an integer where Lua has them, else a float, which holds every date.
fn integer(lua: &Lua, value: i64) -> Result<Value> {
    use mlua::IntoLua;
    value.into_lua(lua)
}
