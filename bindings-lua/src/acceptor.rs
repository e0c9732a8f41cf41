//! This file is about the acceptor: options in, connections out.

use crate::connection::Connection;
use crate::errors::{answer, as_table};
use crate::options;
use crate::socket::Socket;
use crate::table;
use mlua::{Lua, MultiValue, Result, Table, UserData, UserDataMethods};
use peercert::{Code, Descriptor, Error};
use std::time::Duration;

/// Accepts TLS connections: a validated configuration.
struct Acceptor(peercert::Acceptor);

/// Adds `acceptor`.
pub(crate) fn register(lua: &Lua, module: &Table) -> Result<()> {
    let make = |lua: &Lua, table: Table| {
        let options = options::from_table(&table)?;
        answer(lua, peercert::Acceptor::new(options).map(Acceptor))
    };
    module.raw_set("acceptor", lua.create_function(make)?)
}

impl UserData for Acceptor {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method("connection", |lua, this, ()| {
            answer(lua, this.0.connection().map(Connection::new))
        });
        methods.add_method("over", |lua, this, number: i32| over(lua, this, number));
        methods.add_method("mode", |_, this, ()| Ok(this.0.mode().name()));
        methods.add_method("handshake_timeout", |_, this, ()| {
            Ok(Duration::as_secs_f64(&this.0.handshake_timeout()))
        });
        methods.add_method("warnings", |_, this, ()| Ok(this.0.warnings()));
        methods.add_method("reload", |lua, this, ()| {
            answer(lua, this.0.reload().map(|()| true))
        });
        methods.add_method("watch", |lua, this, seconds: f64| {
            answer(lua, watch(&this.0, seconds).map(|()| true))
        });
        methods.add_method("reload_error", |lua, this, ()| {
            let failure = this.0.reload_error();
            failure.map(|failure| as_table(lua, &failure)).transpose()
        });
        methods.add_method("counters", |lua, this, ()| {
            table::build(lua, |sink| this.0.counters(sink))
        });
    }
}

/// Nobody is told of the reloads: another thread can call nothing of Lua's.
fn watch(acceptor: &peercert::Acceptor, seconds: f64) -> peercert::Result<()> {
    let interval = Duration::try_from_secs_f64(seconds).map_err(|_| {
        let message = format!("{seconds} is no time; it should be 0 or more seconds");
        Error::new(Code::InvalidArgument, message).with("argument", "seconds")
    })?;
    acceptor.watch(interval, |_| {})
}

fn over(lua: &Lua, acceptor: &Acceptor, number: i32) -> Result<MultiValue> {
    // SAFETY: the script keeps the socket open as long as it uses the connection; `peercert` keeps
    // the socket object beside it for that.
    #[expect(unsafe_code, reason = "a descriptor of the script's is borrowed")]
    let descriptor = unsafe { Descriptor::of_host(number) };
    let made = descriptor
        .ok_or_else(|| {
            let message = "the socket is closed, or no socket";
            Error::new(Code::InvalidArgument, message).with("argument", "socket")
        })
        .and_then(|descriptor| acceptor.0.wrap(descriptor));
    answer(lua, made.map(Socket::new))
}
