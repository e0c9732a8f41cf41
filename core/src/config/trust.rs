//! This file is about the client CAs of a configuration: which are trusted, and which are named to
//! clients.

use super::files::{read_file, source, Source};
use super::folder;
use super::read::Reader;
use super::stamp::Stamp;
use crate::cert::{self, Ca};
use crate::error::Code;
use crate::verify::Trust;
use openssl::x509::X509Name;
use std::collections::HashSet;
use std::sync::Arc;

/// The options that say whom to trust.
pub(super) const OPTIONS: [&str; 3] = ["client_ca_file", "client_ca_path", "client_ca_data"];

/// The most that the names of the client CAs may take: the extensions of a CertificateRequest hold
/// 65,535 bytes (RFC 8446, 4.3.2), and there are others beside the names.
const CA_NAMES_LIMIT: usize = 64_000;

/// The client CAs; `None` when no option names any. What cannot be had is a problem, and an empty
/// store here, so that the mode is not called wrong as well.
pub(super) fn trust(reader: &mut Reader<'_>) -> Option<Arc<Trust>> {
    if !OPTIONS.iter().any(|option| reader.given(option)) {
        return None;
    }
    let mut sources: Vec<Source> = Vec::new();
    let single = source(reader, "client_ca_file", "client_ca_data");
    let folder = folder::files(reader, "client_ca_path");
    let mut places: Vec<(&str, String)> = Vec::new();
    if let Some(single) = single {
        places.push((single.option, single.place.clone()));
        sources.push(single);
    }
    let from_folder = sources.len();
    if let Some(files) = folder {
        places.push(("client_ca_path", "client_ca_path".to_owned()));
        sources.extend(files);
    }
    let (mut cas, mut seen, mut unusable) = (Vec::new(), HashSet::new(), Vec::new());
    for (at, source) in sources.iter().enumerate() {
        cas_of(
            source,
            at >= from_folder,
            &mut cas,
            &mut seen,
            &mut unusable,
        );
    }
    folder::warn_unusable(reader, &unusable);
    if let (true, Some((option, place))) = (cas.is_empty(), places.first()) {
        let message = format!("{place}: there is no CA certificate in it; PEM is expected");
        reader.problem(Code::NoCa, option, message);
    }
    Some(Arc::new(Trust::new(cas)))
}

/// Adds the CAs of a file; tells what else is in it.
fn cas_of(
    source: &Source,
    in_folder: bool,
    cas: &mut Vec<Ca>,
    seen: &mut HashSet<[u8; 32]>,
    unusable: &mut Vec<String>,
) {
    let mut position = 0;
    for der in cert::pieces(&source.bytes, cert::CERTIFICATE) {
        position += 1;
        let found = der.ok_or_else(|| "is not valid base64".to_owned());
        match found.and_then(|der| cert::ca(&der)) {
            Ok(ca) if seen.insert(ca.digest) => cas.push(ca),
            Ok(_) => {}
            Err(why) => unusable.push(format!(
                "{}: certificate {position} is not trusted: it {why}",
                source.place
            )),
        }
    }
    // A folder that `openssl rehash` keeps may have its CRLs beside the CAs.
    let other = in_folder && cert::pieces(&source.bytes, cert::CRL).next().is_some();
    if position == 0 && !other {
        unusable.push(format!(
            "{}: there is no certificate in it; it is left out",
            source.place
        ));
    }
}

/// The names to advertise, when an option says which; `None` when none does.
pub(super) fn named(reader: &mut Reader<'_>, trust: &Trust) -> Option<Arc<Vec<X509Name>>> {
    const OPTION: &str = "client_ca_names";
    let subjects = match reader.word_or_path(OPTION, &["auto", "none"])? {
        Ok("auto") => trust.subjects().map(<[u8]>::to_vec).collect(),
        Ok(_) => Vec::new(),
        Err(path) => {
            reader.saw(Stamp::of(&path));
            let bytes = match read_file(OPTION, &path) {
                Ok(bytes) => bytes,
                Err(error) => {
                    reader.error(OPTION, error);
                    return None;
                }
            };
            let subjects: Vec<Vec<u8>> = cert::pieces(&bytes, cert::CERTIFICATE)
                .filter_map(|der| Some(cert::ca(&der?).ok()?.subject))
                .collect();
            if subjects.is_empty() {
                let message = format!(
                    "{OPTION} {}: there is no CA certificate in it; it is auto, none, or a PEM file",
                    path.display()
                );
                reader.problem(Code::NoCa, OPTION, message);
            }
            subjects
        }
    };
    Some(Arc::new(that_fit(reader, subjects)))
}

/// Each name once, in their order; none when they do not fit.
fn that_fit(reader: &mut Reader<'_>, subjects: Vec<Vec<u8>>) -> Vec<X509Name> {
    let (mut names, mut seen, mut size) = (Vec::new(), HashSet::new(), 0);
    for subject in subjects {
        let Ok(name) = X509Name::from_der(&subject) else {
            continue;
        };
        let length = subject.len() + 2;
        if seen.insert(subject) {
            size += length;
            names.push(name);
        }
    }
    if size > CA_NAMES_LIMIT {
        reader.warn(format!(
            "the names of the {} client CAs take {size} bytes, and {CA_NAMES_LIMIT} fit a TLS message: no names are sent to clients",
            names.len()
        ));
        names.clear();
    }
    names
}
