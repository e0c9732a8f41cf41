//! This file is about Envoy's header `X-Forwarded-Client-Cert` for an upstream: one element,
//! `By="...";Hash="...";Cert="...";Chain="...";Subject="...";URI="...";DNS="..."`.
//!
//! In: a report, and the server's certificate. Out: the header, of a verified caller only, because it
//! carries no verdict. Every value is quoted and holds neither a quote nor a backslash before one:
//! readers undo these in different ways.

use super::rfc9440::LARGEST_CHAIN;
use super::{details::Details, escape, intermediates, Exported, Visitor};
use crate::cert;
use crate::peer::Report;

pub(super) fn export(report: &Report, details: &Details, visit: &mut Visitor<'_>) {
    let Some(leaf) = report.certificate().filter(|_| report.verified()) else {
        return;
    };
    let mut element = Element::default();
    if let Some(server) = details.server() {
        element.names("By", &server.alternative_names().uri);
    }
    element.add("Hash", &cert::hex(leaf.sha256()));
    let pem = leaf.pem();
    element.add("Cert", &escape::percent_encoded(&pem));
    let rest = intermediates(report);
    if !rest.is_empty() && rest.iter().map(Vec::len).sum::<usize>() <= LARGEST_CHAIN {
        let chain = rest
            .iter()
            .fold(pem, |chain, der| chain + &cert::pem_of(der));
        element.add("Chain", &escape::percent_encoded(&chain));
    }
    element.add("Subject", &escape::hexadecimal(&leaf.subject_dn()));
    let names = leaf.alternative_names();
    element.names("URI", &names.uri);
    element.names("DNS", &names.dns);
    visit("X-Forwarded-Client-Cert", Exported::Text(&element.0));
}

#[derive(Default)]
struct Element(String);

impl Element {
    fn add(&mut self, key: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push(';');
        }
        self.0.push_str(&format!("{key}=\"{value}\""));
    }

    fn names(&mut self, key: &str, names: &[String]) {
        for name in names {
            self.add(key, &escape::quotable(&cert::unescaped(name)));
        }
    }
}
