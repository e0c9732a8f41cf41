//! This file is about a connection over a socket that a script owns.
//!
//! Every call says how long it may wait, in seconds: negative for ever, 0 not at all.

use crate::connection::{self, RECORD};
use crate::export;
use crate::report;
use crate::rules::{self, Rules};
use mlua::{IntoLuaMulti, LuaString, Table, UserData, UserDataMethods, UserDataRef};
use peercert::{Descriptor, Wait};
use std::time::{Duration, Instant};

/// A TLS connection over a descriptor.
pub(crate) struct Socket(peercert::Socket<Descriptor>);

impl Socket {
    pub(crate) fn new(socket: peercert::Socket<Descriptor>) -> Self {
        Self(socket)
    }
}

fn wait(seconds: f64) -> Wait {
    if seconds == 0.0 {
        return Wait::Never;
    }
    // What is negative, no number, or further than the clock goes, is for ever.
    Duration::try_from_secs_f64(seconds)
        .ok()
        .and_then(|time| Instant::now().checked_add(time))
        .map_or(Wait::Forever, Wait::Until)
}

impl UserData for Socket {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method("handshake", |lua, this, seconds: f64| {
            let result = this.0.handshake(wait(seconds));
            connection::done(lua, result, |lua, ()| true.into_lua_multi(lua))
        });
        methods.add_method("request_certificate", |lua, this, seconds: f64| {
            let result = this.0.request_certificate(wait(seconds));
            connection::done(lua, result, |lua, ()| true.into_lua_multi(lua))
        });
        methods.add_method("read", |lua, this, (size, seconds): (usize, f64)| {
            let mut plaintext = vec![0; size.min(RECORD)];
            let result = this.0.read(&mut plaintext, wait(seconds));
            connection::read(lua, result, &plaintext)
        });
        methods.add_method(
            "write",
            |lua, this, (bytes, start, seconds): (LuaString, usize, f64)| {
                let bytes = bytes.as_bytes();
                let result = this
                    .0
                    .write(bytes.get(start..).unwrap_or_default(), wait(seconds));
                connection::done(lua, result, |lua, count| count.into_lua_multi(lua))
            },
        );
        methods.add_method("goodbye", |lua, this, seconds: f64| {
            let result = this.0.goodbye(wait(seconds));
            connection::done(lua, result, |lua, ()| true.into_lua_multi(lua))
        });
        methods.add_method("pending", |_, this, ()| Ok(this.0.connection().pending()));
        methods.add_method("clientcert", |lua, this, ()| {
            connection::reported(lua, &this.0.connection(), report::clientcert)
        });
        methods.add_method("details", |lua, this, ()| {
            connection::details(lua, &this.0.connection())
        });
        methods.add_method("identity", |lua, this, rules: UserDataRef<Rules>| {
            connection::reported(lua, &this.0.connection(), |lua, report| {
                rules::identity(lua, report, &rules)
            })
        });
        methods.add_method("explanation", |lua, this, rules: UserDataRef<Rules>| {
            connection::reported(lua, &this.0.connection(), |lua, report| {
                rules::explanation(lua, report, &rules)
            })
        });
        methods.add_method("serves", |_, this, authority: LuaString| {
            Ok(connection::serves(&this.0.connection(), &authority))
        });
        methods.add_method("chain", |lua, this, ()| {
            connection::reported(lua, &this.0.connection(), report::chain)
        });
        methods.add_method("der", |lua, this, ()| {
            connection::reported(lua, &this.0.connection(), report::der)
        });
        methods.add_method("json", |lua, this, ()| {
            connection::reported(lua, &this.0.connection(), report::json)
        });
        methods.add_method(
            "export",
            |lua, this, (form, details): (LuaString, Option<Table>)| {
                export::of_connection(lua, &this.0.connection(), &form, details)
            },
        );
        methods.add_method(
            "keying_material",
            |lua, this, (label, size): (LuaString, usize)| {
                connection::keying_material(lua, &this.0.connection(), &label, size)
            },
        );
    }
}
