//! This file is about reports: who the client is, whoever saw the certificate.

use crate::errors::answer;
use crate::export;
use crate::rules::{self, Rules};
use crate::table;
use mlua::{Lua, LuaString, MultiValue, Result, Table, UserData, UserDataMethods, UserDataRef};

/// A report on a client whom a host or a proxy has seen.
pub(crate) struct Report(peercert::Report);

impl Report {
    pub(crate) fn new(report: peercert::Report) -> Self {
        Self(report)
    }
}

/// Adds `report`.
pub(crate) fn register(lua: &Lua, module: &Table) -> Result<()> {
    let report = |lua: &Lua, (certificate, verdict): (LuaString, LuaString)| {
        let certificate = certificate.as_bytes();
        let made = peercert::Report::of_verdict(&certificate, &verdict.to_string_lossy());
        answer(lua, made.map(Report))
    };
    module.raw_set("report", lua.create_function(report)?)
}

impl UserData for Report {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method("clientcert", |lua, this, ()| clientcert(lua, &this.0));
        methods.add_method("identity", |lua, this, rules: UserDataRef<Rules>| {
            rules::identity(lua, &this.0, &rules)
        });
        methods.add_method("explanation", |lua, this, rules: UserDataRef<Rules>| {
            rules::explanation(lua, &this.0, &rules)
        });
        methods.add_method("chain", |lua, this, ()| chain(lua, &this.0));
        methods.add_method("der", |lua, this, ()| der(lua, &this.0));
        methods.add_method("json", |lua, this, ()| json(lua, &this.0));
        methods.add_method(
            "export",
            |lua, this, (form, details): (LuaString, Option<Table>)| {
                export::of_report(lua, &this.0, &form, details)
            },
        );
    }
}

pub(crate) fn clientcert(lua: &Lua, report: &peercert::Report) -> Result<MultiValue> {
    answer(lua, Ok(table::build(lua, |sink| report.describe(sink))?))
}

/// The chain as a list of DER; `nil` without a certificate and on a resumed connection.
pub(crate) fn chain(lua: &Lua, report: &peercert::Report) -> Result<MultiValue> {
    let list = report.chain().map(|chain| -> Result<_> {
        let list = lua.create_table()?;
        for der in chain {
            list.raw_push(lua.create_string(der)?)?;
        }
        Ok(list)
    });
    answer(lua, Ok(list.transpose()?))
}

pub(crate) fn der(lua: &Lua, report: &peercert::Report) -> Result<MultiValue> {
    let der = report.der().map(|der| lua.create_string(der));
    answer(lua, Ok(der.transpose()?))
}

pub(crate) fn json(lua: &Lua, report: &peercert::Report) -> Result<MultiValue> {
    answer(lua, Ok(report.json()))
}
