//! This file is about the dictionary of a certificate: every key of `certinfo`, in order.
//!
//! In: a [`Certificate`]. Out: a visitor's calls. It decides nothing; it writes what was read.

use super::name::Name;
use super::time::Time;
use super::{objects, oid, text, Certificate};
use crate::schema::{key, Key, Sink};

pub(super) fn certificate(certificate: &Certificate, sink: &mut impl Sink) {
    let c = certificate;
    sink.text_at(key::SUBJECT, &c.subject);
    sink.text_at(key::ISSUER, &c.issuer);
    sink.text_at(key::SERIAL, &c.serial);
    sink.text_at(key::NOTBEFORE, &date(c.not_before.as_ref()));
    sink.text_at(key::NOTAFTER, &date(c.not_after.as_ref()));
    sink.text_at(key::FINGERPRINT, &text::hex(&c.sha256));
    names(c, sink);
    sink.integer_at(key::VERSION, c.version);
    sink.text_at(key::SUBJECTDN, &c.subject_name.rfc4514());
    sink.text_at(key::ISSUERDN, &c.issuer_name.rfc4514());
    name(key::SUBJECTNAME, &c.subject_name, sink);
    name(key::ISSUERNAME, &c.issuer_name, sink);
    if let Some(seconds) = c.not_before() {
        sink.integer_at(key::NOTBEFORETIME, seconds);
    }
    if let Some(seconds) = c.not_after() {
        sink.integer_at(key::NOTAFTERTIME, seconds);
    }
    sink.text_at(key::SPKI, &text::hex(&c.spki_sha256));
    sink.text_at(key::THUMBPRINT, &text::base64url(&c.sha256));
    sink.text_at(key::KEYTYPE, &c.key.kind);
    if let Some(bits) = c.key.bits {
        sink.integer_at(key::KEYBITS, bits);
    }
    optional(key::KEYCURVE, c.key.curve.as_deref(), sink);
    sink.text_at(key::SIGNATURE, &long_name(&c.signature));
    usages(c, sink);
    optional(key::SPIFFEID, c.spiffe_id(), sink);
    if let Some(provisioner) = &c.known.provisioner {
        sink.key(key::PROVISIONER);
        sink.begin_dict();
        sink.text_at(key::PROVISIONER_TYPE, &provisioner.kind);
        sink.text_at(key::PROVISIONER_NAME, &provisioner.name);
        sink.text_at(key::PROVISIONER_CREDENTIALID, &provisioner.credential);
        sink.end();
    }
    extensions(c, sink);
    warnings(c, sink);
    sink.text_at(key::PEM, &c.pem());
}

fn optional(at: Key, value: Option<&str>, sink: &mut impl Sink) {
    if let Some(value) = value {
        sink.text_at(at, value);
    }
}

pub(super) fn date(time: Option<&Time>) -> String {
    time.map_or_else(|| "Bad time value".to_owned(), Time::text)
}

fn long_name(id: &[u8]) -> String {
    objects::names(id).map_or_else(|| oid::dotted(id), |(_, long)| long.to_owned())
}

fn names(c: &Certificate, sink: &mut impl Sink) {
    let san = &c.known.san;
    sink.key(key::SAN);
    sink.begin_dict();
    sink.texts_at(key::SAN_DNS, &san.dns);
    sink.texts_at(key::SAN_EMAIL, &san.email);
    sink.texts_at(key::SAN_URI, &san.uri);
    sink.texts_at(key::SAN_IP, &san.ip);
    sink.texts_at(key::SAN_UPN, &san.upn);
    sink.texts_at(key::SAN_DIRNAME, &san.dirname);
    sink.texts_at(key::SAN_RID, &san.rid);
    sink.key(key::SAN_OTHERNAME);
    sink.begin_list();
    for (kind, value) in &san.othername {
        sink.begin_dict();
        sink.text_at(key::OTHERNAME_OID, kind);
        sink.text_at(key::OTHERNAME_VALUE, value);
        sink.end();
    }
    sink.end();
    sink.end();
}

fn name(at: Key, name: &Name, sink: &mut impl Sink) {
    sink.key(at);
    sink.begin_list();
    for rdn in &name.rdns {
        sink.begin_list();
        for attribute in rdn {
            sink.begin_dict();
            sink.text_at(key::ATTRIBUTE_TYPE, &attribute.kind());
            sink.text_at(key::ATTRIBUTE_OID, &oid::dotted(&attribute.oid));
            sink.text_at(key::ATTRIBUTE_VALUE, &attribute.value());
            sink.end();
        }
        sink.end();
    }
    sink.end();
}

fn usages(c: &Certificate, sink: &mut impl Sink) {
    let known = &c.known;
    sink.flag_at(key::CA, known.ca);
    if let Some(length) = known.path_length {
        sink.integer_at(key::PATHLEN, length);
    }
    if let Some(usages) = &known.key_usage {
        sink.texts_at(key::KEYUSAGE, usages);
    }
    if let Some(usages) = &known.extended_key_usage {
        sink.texts_at(key::EXTENDEDKEYUSAGE, usages);
    }
    optional(key::SUBJECTKEYID, known.subject_key_id.as_deref(), sink);
    optional(key::AUTHORITYKEYID, known.authority_key_id.as_deref(), sink);
    sink.texts_at(key::POLICIES, &known.policies);
    sink.texts_at(key::OCSP, &known.ocsp);
    sink.texts_at(key::CAISSUERS, &known.ca_issuers);
    sink.texts_at(key::CRL, &known.crl);
}

fn extensions(c: &Certificate, sink: &mut impl Sink) {
    sink.key(key::EXTENSIONS);
    sink.begin_list();
    for extension in &c.extensions {
        sink.begin_dict();
        sink.text_at(key::EXTENSION_OID, &oid::dotted(&extension.oid));
        sink.text_at(key::EXTENSION_NAME, &long_name(&extension.oid));
        sink.flag_at(key::EXTENSION_CRITICAL, extension.critical);
        sink.text_at(key::EXTENSION_VALUE, &text::hex(&extension.value));
        sink.end();
    }
    sink.end();
}

fn warnings(c: &Certificate, sink: &mut impl Sink) {
    sink.key(key::WARNINGS);
    sink.begin_list();
    for (code, sentence) in c.warnings.iter() {
        sink.begin_dict();
        sink.text_at(key::WARNING_CODE, code);
        sink.text_at(key::WARNING_TEXT, &sentence);
        sink.end();
    }
    sink.end();
}
