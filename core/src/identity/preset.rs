//! This file is about presets: rules that many sites want, by name.
//!
//! In: a name. Out: the words of its rule, which stand in a file as they stand here.

use super::words::Words;

/// Name, source, source of the groups.
const PRESETS: &[(&str, &str, Option<&str>)] = &[
    ("cn", "subject.CN", None),
    // mod_nss' `NSSUserName SSL_CLIENT_S_DN_UID`.
    ("uid", "subject.UID", None),
    ("email", "email", None),
    ("upn", "upn", None),
    ("spiffe", "spiffeid", None),
    // Kubernetes: X.509 client certificates, "Authenticating".
    ("kubernetes", "subject.CN", Some("subject.O")),
];

/// The words of a preset's rule, with the groups and anchors that the words before name. As errors,
/// every problem.
pub(super) fn expand(name: &str, mut words: Words) -> Result<Words, Vec<String>> {
    let mut problems = Vec::new();
    let place = [
        ("source", words.source.is_some()),
        ("value", words.value.is_some()),
        ("user", words.user.is_some()),
        ("issuer", words.issuer.is_some()),
        ("allow_unverified", words.allow_unverified),
    ];
    for (word, _) in place.iter().filter(|(_, given)| *given) {
        problems.push(format!(
            "a preset takes groups, groups_from and anchor, not {word}"
        ));
    }
    let known = PRESETS
        .iter()
        .find(|(known, ..)| known.eq_ignore_ascii_case(name));
    let Some((_, source, groups)) = known else {
        let names: Vec<&str> = PRESETS.iter().map(|(name, ..)| *name).collect();
        problems.push(format!(
            "there is no preset {name:?}; there are {}",
            names.join(", ")
        ));
        return Err(problems);
    };
    words.source = Some((*source).to_owned());
    words.value = Some("/.+/".to_owned());
    words.user = Some(r"\0".to_owned());
    words.groups_from.extend(groups.map(str::to_owned));
    if problems.is_empty() {
        Ok(words)
    } else {
        Err(problems)
    }
}
