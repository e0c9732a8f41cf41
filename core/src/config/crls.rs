//! This file is about the certificate revocation lists of a configuration.

use super::files::source_of;
use super::folder;
use super::read::Reader;
use crate::cert;
use crate::crl::{Crl, CrlSet};
use crate::error::Code;
use crate::policy::CrlCheck;
use crate::verify::Trust;
use std::sync::Arc;

/// The options that say where the lists are.
const OPTIONS: [&str; 2] = ["client_crl_file", "client_crl_path"];
/// The option that says which certificates are looked up.
pub(super) const CHECK: &str = "client_crl_check";

/// The lists; `None` when no option names any.
pub(super) fn crls(reader: &mut Reader<'_>) -> Option<Arc<CrlSet>> {
    if !OPTIONS.iter().any(|option| reader.given(option)) {
        return None;
    }
    let single = source_of(reader, "client_crl_file");
    let folder = folder::files(reader, "client_crl_path").unwrap_or_default();
    let (mut lists, mut unusable) = (Vec::new(), Vec::new());
    let in_folder = folder.into_iter().map(|source| (source, true));
    for (source, in_folder) in single
        .map(|source| (source, false))
        .into_iter()
        .chain(in_folder)
    {
        // What is half written looks like a list: leaving it out would let revoked clients in.
        if in_folder && !may_hold_a_list(&source.bytes) {
            unusable.push(format!(
                "{}: there is no CRL in it; it is left out",
                source.place
            ));
            continue;
        }
        for list in Crl::read_all(source.bytes, &source.place) {
            match list {
                Ok(list) => lists.push(list),
                Err(error) => reader.error(source.option, error),
            }
        }
    }
    folder::warn_unusable(reader, &unusable);
    if lists.is_empty() && reader.is_fine() {
        let message = "client_crl_path: there is no CRL in the folder; PEM or DER is expected";
        reader.problem(Code::BadCrl, "client_crl_path", message);
    }
    Some(Arc::new(CrlSet::new(lists)))
}

/// A file of a folder has a list, or something that cannot be told from one. A folder that
/// `openssl rehash` keeps may have the CAs beside their lists.
fn may_hold_a_list(bytes: &[u8]) -> bool {
    let mut pieces = cert::pieces(bytes, cert::CRL);
    match pieces.next() {
        Some(Some(der)) => der.first() == Some(&0x30) && cert::certinfo(&der).is_err(),
        Some(None) => true,
        None => false,
    }
}

/// Which certificates are looked up. `lists` are those that there are, the server's own included.
pub(super) fn check(reader: &mut Reader<'_>, lists: Option<&CrlSet>) -> Option<CrlCheck> {
    if !reader.given(CHECK) {
        return Some(lists.map_or(CrlCheck::None, |_| CrlCheck::Chain));
    }
    let check = CrlCheck::parse(&reader.word(CHECK, &CrlCheck::WORDS)?)?;
    match (check, lists) {
        (CrlCheck::None, Some(_)) => reader.warn(
            "client_crl_check is none: the CRLs that are given are not looked into, and revoked clients verify",
        ),
        (CrlCheck::Leaf | CrlCheck::Chain, None) => reader.problem(
            Code::MissingOption,
            CHECK,
            "client_crl_check needs a CRL to look into; give client_crl_file or client_crl_path",
        ),
        _ => {}
    }
    Some(check)
}

/// Checks the lists against the CAs whose they are.
pub(super) fn prove(reader: &mut Reader<'_>, lists: &CrlSet, trust: Option<&Trust>, now: i64) {
    let option = "client_crl_file";
    let Some(trust) = trust else {
        let message = "a CRL is given and no client CA whose it could be; give client_ca_file, client_ca_path or client_ca_data";
        return reader.problem(Code::MissingOption, option, message);
    };
    let proof = lists.prove(now, |name| trust.named(name));
    for problem in proof.problems {
        reader.error(option, problem);
    }
    for warning in proof.warnings {
        reader.warn(warning);
    }
}
