//! This file is about a connection without a socket: bytes in, bytes out.
//!
//! What cannot go on yet gives `nil` and a word: "wantread", "wantwrite".

use crate::errors::answer;
use crate::export;
use crate::report;
use crate::rules::{self, Rules};
use crate::table;
use mlua::{
    IntoLuaMulti, Lua, LuaString, MultiValue, Result, Table, UserData, UserDataMethods,
    UserDataRef, Value,
};
use peercert::Progress;

/// The most plaintext that one read gives: what a TLS record holds.
pub(crate) const RECORD: usize = 16 * 1024;

/// A TLS connection, server side, without a socket.
pub(crate) struct Connection(peercert::Connection);

impl Connection {
    pub(crate) fn new(connection: peercert::Connection) -> Self {
        Self(connection)
    }
}

impl UserData for Connection {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method_mut("feed", |lua, this, bytes: LuaString| {
            answer(lua, this.0.feed(&bytes.as_bytes()).map(|()| true))
        });
        methods.add_method_mut("feed_eof", |_, this, ()| {
            this.0.feed_eof();
            Ok(())
        });
        methods.add_method("wants", |_, this, ()| Ok(this.0.wants()));
        methods.add_method_mut("take", |lua, this, ()| lua.create_string(this.0.take()));
        methods.add_method_mut("handshake", |lua, this, ()| {
            let result = this.0.handshake();
            done(lua, result, |lua, ()| true.into_lua_multi(lua))
        });
        methods.add_method_mut("request_certificate", |lua, this, ()| {
            let result = this.0.request_certificate();
            done(lua, result, |lua, ()| true.into_lua_multi(lua))
        });
        methods.add_method_mut("read", |lua, this, size: usize| {
            let mut plaintext = vec![0; size.min(RECORD)];
            let result = this.0.read(&mut plaintext);
            read(lua, result, &plaintext)
        });
        methods.add_method_mut("write", |lua, this, bytes: LuaString| {
            let result = this.0.write(&bytes.as_bytes());
            done(lua, result, |lua, count| count.into_lua_multi(lua))
        });
        methods.add_method_mut("close", |lua, this, ()| {
            let result = this.0.close();
            done(lua, result, |lua, ()| true.into_lua_multi(lua))
        });
        methods.add_method("pending", |_, this, ()| Ok(this.0.pending()));
        methods.add_method("clientcert", |lua, this, ()| {
            reported(lua, &this.0, report::clientcert)
        });
        methods.add_method("details", |lua, this, ()| details(lua, &this.0));
        methods.add_method("identity", |lua, this, rules: UserDataRef<Rules>| {
            reported(lua, &this.0, |lua, report| {
                rules::identity(lua, report, &rules)
            })
        });
        methods.add_method("explanation", |lua, this, rules: UserDataRef<Rules>| {
            reported(lua, &this.0, |lua, report| {
                rules::explanation(lua, report, &rules)
            })
        });
        methods.add_method("serves", |_, this, authority: LuaString| {
            Ok(serves(&this.0, &authority))
        });
        methods.add_method("chain", |lua, this, ()| {
            reported(lua, &this.0, report::chain)
        });
        methods.add_method("der", |lua, this, ()| reported(lua, &this.0, report::der));
        methods.add_method("json", |lua, this, ()| reported(lua, &this.0, report::json));
        methods.add_method(
            "export",
            |lua, this, (form, details): (LuaString, Option<Table>)| {
                export::of_connection(lua, &this.0, &form, details)
            },
        );
        methods.add_method(
            "keying_material",
            |lua, this, (label, size): (LuaString, usize)| {
                keying_material(lua, &this.0, &label, size)
            },
        );
    }
}

/// The answer of a call that may have to be called again.
pub(crate) fn done<T>(
    lua: &Lua,
    result: peercert::Result<Progress<T>>,
    value: impl FnOnce(&Lua, T) -> Result<MultiValue>,
) -> Result<MultiValue> {
    match result {
        Ok(Progress::Done(found)) => value(lua, found),
        Ok(Progress::WantRead) => (Value::Nil, "wantread").into_lua_multi(lua),
        Ok(Progress::WantWrite) => (Value::Nil, "wantwrite").into_lua_multi(lua),
        Err(error) => answer(lua, Err::<(), _>(error)),
    }
}

/// What was read: the plaintext, "" when the client has ended the connection properly.
pub(crate) fn read(
    lua: &Lua,
    result: peercert::Result<Progress<usize>>,
    plaintext: &[u8],
) -> Result<MultiValue> {
    done(lua, result, |lua, count| {
        let text = lua.create_string(plaintext.get(..count).unwrap_or_default())?;
        text.into_lua_multi(lua)
    })
}

/// What is told of the client, once the handshake has ended.
pub(crate) fn reported(
    lua: &Lua,
    connection: &peercert::Connection,
    tell: impl FnOnce(&Lua, &peercert::Report) -> Result<MultiValue>,
) -> Result<MultiValue> {
    match connection.clientcert() {
        Err(error) => answer(lua, Err::<(), _>(error)),
        Ok(report) => tell(lua, report),
    }
}

pub(crate) fn details(lua: &Lua, connection: &peercert::Connection) -> Result<MultiValue> {
    let mut failure = None;
    let dictionary = table::build(lua, |sink| failure = connection.details(sink).err())?;
    answer(lua, failure.map_or(Ok(dictionary), Err))
}

/// Whether a request's host may be asked for on this connection; what is no text names none.
pub(crate) fn serves(connection: &peercert::Connection, authority: &LuaString) -> bool {
    let authority = authority.to_str();
    authority.is_ok_and(|authority| connection.serves(&authority))
}

/// Keying material (RFC 5705).
pub(crate) fn keying_material(
    lua: &Lua,
    connection: &peercert::Connection,
    label: &LuaString,
    size: usize,
) -> Result<MultiValue> {
    let mut material = vec![0; size.min(RECORD)];
    match connection.export_keying_material(&label.to_string_lossy(), &mut material) {
        Err(error) => answer(lua, Err::<(), _>(error)),
        Ok(()) => answer(lua, Ok(lua.create_string(&material)?)),
    }
}
