//! This file is about the CRLs of tests/pki: what is refused, and what the others say of a chain.

use super::{Crl, CrlSet, Findings};
use crate::cert::canonical_name;
use crate::clock::Clock;
use crate::error::Code;
use crate::issue::{Issuer, Reason, Revoked, Spec};
use openssl::x509::{X509Crl, X509};
use std::sync::Arc;

/// 2026-06-01.
const NOW: i64 = 1_780_272_000;

fn file(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/pki/live/");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

fn read(name: &str) -> crate::error::Result<Arc<Crl>> {
    let mut found = Crl::read_all(file(&format!("{name}.crl.pem")), name);
    assert_eq!(found.len(), 1);
    found.remove(0)
}

fn set(names: &[&str]) -> CrlSet {
    CrlSet::new(names.iter().map(|name| read(name).unwrap()).collect())
}

/// What the client sends, and the anchor that the library adds.
fn chain(client: &str, anchor: &str) -> Vec<X509> {
    let mut chain = X509::stack_from_pem(&file(&format!("{client}.pem"))).unwrap();
    if client != anchor {
        chain.extend(X509::from_pem(&file(&format!("{anchor}.pem"))));
    }
    chain
}

fn findings(set: &CrlSet, client: &str, anchor: &str, all: bool) -> Findings {
    let chain = chain(client, anchor);
    let chain: Vec<_> = chain.iter().map(|cert| &**cert).collect();
    set.check(&chain, all, NOW)
}

fn pairs(findings: &Findings) -> Vec<(u32, i32)> {
    let errors = findings.errors.iter();
    errors
        .map(|error| (error.depth, error.code.number()))
        .collect()
}

/// The errors of the leaf alone.
fn leaf(crls: &[&str], client: &str) -> Vec<i32> {
    let found = findings(&set(crls), client, "client-ca", false);
    found
        .errors
        .iter()
        .map(|error| error.code.number())
        .collect()
}

#[test]
fn a_revoked_client_is_found_and_another_is_not() {
    assert_eq!(leaf(&["client-ca"], "revoked"), [23]);
    assert_eq!(leaf(&["client-ca"], "revoked-high-bit"), [23]);
    assert_eq!(leaf(&["client-ca"], "good"), []);
    assert_eq!(leaf(&["removed"], "revoked"), [23]);
    assert_eq!(leaf(&["no-next-update"], "revoked"), [23]);
}

#[test]
fn a_crl_that_is_missing_stale_or_of_the_future_has_its_own_code() {
    assert_eq!(leaf(&[], "good"), [3]);
    assert_eq!(leaf(&["rsa-ca"], "good"), [3]);
    assert_eq!(leaf(&["expired"], "good"), [12]);
    assert_eq!(leaf(&["expired"], "revoked"), [12, 23]);
    assert_eq!(leaf(&["future"], "good"), [11]);
    assert_eq!(leaf(&["future"], "revoked"), [11, 23]);
    assert_eq!(leaf(&["future", "expired"], "good"), [12]);
}

#[test]
fn the_newest_that_is_current_and_genuine_decides() {
    assert_eq!(leaf(&["expired", "client-ca", "future"], "good"), []);
    assert_eq!(leaf(&["empty", "client-ca"], "revoked"), [23]);
    assert_eq!(leaf(&["client-ca", "empty"], "revoked"), [23]);
    assert_eq!(leaf(&["client-ca", "released"], "revoked"), []);
    assert_eq!(leaf(&["released", "client-ca"], "revoked"), []);
    assert_eq!(leaf(&["other-signer", "client-ca"], "good"), []);
}

#[test]
fn what_somebody_else_has_signed_is_never_believed() {
    assert_eq!(leaf(&["other-signer"], "revoked"), [8]);
    assert_eq!(leaf(&["other-key"], "revoked"), [3]);
    // Twice, because the outcome is kept.
    let forged = set(&["other-signer"]);
    for _ in 0..2 {
        let found = findings(&forged, "good", "client-ca", false);
        assert_eq!(pairs(&found), [(0, 8)]);
    }
}

#[test]
fn the_scope_decides_whom_a_crl_speaks_of() {
    assert_eq!(leaf(&["only-users"], "revoked"), [23]);
    assert_eq!(leaf(&["only-users"], "good"), []);
    assert_eq!(leaf(&["only-cas"], "good"), [44]);
    assert_eq!(leaf(&["only-cas", "only-users"], "good"), []);
    assert_eq!(leaf(&["shard-1", "shard-2"], "shard-1"), []);
    assert_eq!(leaf(&["shard-1", "shard-2"], "shard-2"), [23]);
    assert_eq!(leaf(&["shard-1"], "shard-2"), [44]);
    assert_eq!(leaf(&["shard-1", "shard-2"], "good"), [44]);
    assert_eq!(leaf(&["client-ca"], "shard-2"), []);
}

#[test]
fn a_whole_chain_needs_a_crl_of_every_issuer_and_none_of_the_anchor() {
    let all = |crls: &[&str], client: &str| pairs(&findings(&set(crls), client, "client-ca", true));
    assert_eq!(all(&["client-ca", "intermediate"], "good-chain"), []);
    assert_eq!(all(&["intermediate"], "good-chain"), [(1, 3)]);
    assert_eq!(all(&["client-ca"], "good-chain"), [(0, 3)]);
    assert_eq!(
        all(&["client-ca", "intermediate"], "revoked-chain"),
        [(0, 23)]
    );
    assert_eq!(
        all(&["client-ca", "revoked-ca"], "below-revoked-ca"),
        [(1, 23)]
    );
    assert_eq!(
        all(&["only-users", "revoked-ca"], "below-revoked-ca"),
        [(1, 44)]
    );
    assert_eq!(all(&["client-ca", "expired"], "revoked"), [(0, 23)]);
    assert_eq!(leaf(&["revoked-ca"], "below-revoked-ca"), []);
}

#[test]
fn a_ca_that_may_not_sign_crls_is_told() {
    let crls = ["client-ca", "no-crl-sign-ca"];
    assert_eq!(leaf(&crls, "below-no-crl-sign-ca"), [35]);
}

#[test]
fn a_ca_with_a_new_key_and_its_old_name_has_two_crls() {
    let both = set(&["client-ca", "client-ca-next"]);
    let of = |client, anchor| pairs(&findings(&both, client, anchor, true));
    assert_eq!(of("issued-by-next", "client-ca-next"), []);
    assert_eq!(of("revoked-by-next", "client-ca-next"), [(0, 23)]);
    assert_eq!(of("revoked", "client-ca"), [(0, 23)]);
    let old = set(&["client-ca"]);
    let found = findings(&old, "issued-by-next", "client-ca-next", true);
    assert_eq!(pairs(&found), [(0, 3)]);
}

#[test]
fn a_certificate_that_is_its_own_anchor_is_checked_with_its_own_crl() {
    let alone = |crls: &[&str], client: &str| pairs(&findings(&set(crls), client, client, true));
    assert_eq!(alone(&["client-ca"], "client-ca"), []);
    assert_eq!(alone(&[], "client-ca"), [(0, 3)]);
    assert_eq!(alone(&["client-ca"], "intermediate"), [(0, 33)]);
}

#[test]
fn who_is_no_ca_has_no_crl() {
    // Its issuer is a certificate that is no CA, and whose name this CRL is made to have.
    let chain = chain("issuer-not-a-ca", "client-ca");
    let chain: Vec<_> = chain.iter().map(|cert| &**cert).collect();
    let found = set(&["not-a-ca", "client-ca"]).check(&chain, true, NOW);
    assert_eq!(pairs(&found), [(0, 33)]);
}

#[test]
fn every_signature_algorithm_is_verified() {
    let of = |crl: &str, client: &str, anchor: &str| {
        pairs(&findings(&set(&[crl]), client, anchor, false))
    };
    for crl in ["rsa-ca", "rsa-sha384", "rsa-pss"] {
        assert_eq!(of(crl, "revoked-by-rsa", "rsa-ca"), [(0, 23)], "{crl}");
        assert_eq!(of(crl, "md5", "rsa-ca"), [], "{crl}");
    }
    assert_eq!(
        of("ed25519-ca", "revoked-by-ed25519", "ed25519-ca"),
        [(0, 23)]
    );
}

#[test]
fn a_changed_octet_anywhere_is_refused_or_noticed() {
    let chains = [
        ("client-ca", "revoked"),
        ("rsa-ca", "revoked-by-rsa"),
        ("rsa-pss", "revoked-by-rsa"),
        ("ed25519-ca", "revoked-by-ed25519"),
    ];
    for (name, client) in chains {
        let anchor = if name == "rsa-pss" { "rsa-ca" } else { name };
        let pem = file(&format!("{name}.crl.pem"));
        let der = X509Crl::from_pem(&pem).unwrap().to_der().unwrap();
        for at in 0..der.len() {
            let mut changed = der.clone();
            changed[at] ^= 0x01;
            let Ok(crl) = Crl::read(changed, "changed") else {
                continue;
            };
            let found = findings(&CrlSet::new(vec![Arc::new(crl)]), client, anchor, false);
            // Another issuer or key is nobody's CRL, another scope is another's.
            assert!(
                matches!(*pairs(&found), [(0, 3 | 8 | 44)]),
                "{name} at {at}: {found:?}"
            );
        }
    }
}

#[test]
fn cut_off_anywhere_it_is_refused() {
    let der = X509Crl::from_pem(&file("client-ca.crl.pem"))
        .unwrap()
        .to_der()
        .unwrap();
    for end in 0..der.len() {
        let cut = der.get(..end).unwrap().to_vec();
        assert_eq!(Crl::read(cut, "cut").unwrap_err().code(), Code::BadCrl);
    }
    let longer = [&der[..], b"\0"].concat();
    assert_eq!(
        Crl::read(longer, "longer").unwrap_err().code(),
        Code::BadCrl
    );
}

#[test]
fn what_would_be_misunderstood_is_refused_with_the_reason() {
    for (name, reason) in [
        ("delta", "delta CRL"),
        ("indirect", "indirect CRL"),
        ("indirect-entry", "indirect CRL"),
        ("some-reasons", "onlySomeReasons"),
        ("only-attributes", "attribute certificates"),
        ("relative-name", "nameRelativeToCRLIssuer"),
        ("unknown-critical-crl", "1.3.6.1.4.1.32473.1"),
        ("unknown-critical-entry", "one of its entries"),
        ("algorithms-differ", "differs"),
        ("sha1-crl", "SHA-1"),
        ("md5-crl", "MD5"),
    ] {
        let error = read(name).unwrap_err();
        assert_eq!(error.code(), Code::BadCrl, "{name}");
        let message = error.message();
        assert!(
            message.starts_with(name) && message.contains(reason),
            "{message}"
        );
    }
}

#[test]
fn what_is_no_crl_is_refused_and_says_what_is_expected() {
    for bytes in [&b""[..], b"text", b"\x30", b"\x30\x00", &file("good.pem")] {
        let found = Crl::read_all(bytes.to_vec(), "file.pem");
        let [Err(error)] = &*found else {
            panic!("{found:?}")
        };
        assert_eq!(error.code(), Code::BadCrl);
        assert!(error.message().starts_with("file.pem: ") && error.message().contains("expected"));
    }
}

#[test]
fn a_file_with_several_gives_each() {
    let both = [
        file("client-ca.crl.pem"),
        file("delta.crl.pem"),
        file("rsa-ca.crl.pem"),
    ]
    .concat();
    let found = Crl::read_all(both, "both");
    assert_eq!(
        found.iter().map(Result::is_ok).collect::<Vec<_>>(),
        [true, false, true]
    );
}

#[test]
fn the_same_crl_twice_is_one_and_the_order_does_not_count() {
    let one = set(&["client-ca", "rsa-ca", "client-ca"]);
    assert_eq!(one.by_issuer.values().flatten().count(), 2);
    assert_eq!(one.digest(), set(&["rsa-ca", "client-ca"]).digest());
    assert_ne!(one.digest(), set(&["rsa-ca"]).digest());
}

#[test]
fn a_verdict_holds_until_the_first_crl_ends() {
    let of = |crls: &[&str]| findings(&set(crls), "good-chain", "client-ca", true).expires;
    // 2045-01-01.
    assert_eq!(of(&["client-ca", "intermediate"]), Some(2_366_841_600));
    assert_eq!(
        findings(&set(&["no-next-update"]), "good", "client-ca", false).expires,
        None
    );
}

#[test]
fn loading_tells_whose_crl_nobody_has_signed() {
    let cas: Vec<X509> = ["client-ca", "rsa-ca", "client-ca-next", "no-crl-sign-ca"]
        .iter()
        .map(|name| X509::from_pem(&file(&format!("{name}.pem"))).unwrap())
        .collect();
    let prove = |names: &[&str]| {
        let proof = set(names).prove(NOW, |subject| {
            let named =
                |ca: &&X509| canonical_name(&ca.subject_name().to_der().unwrap()) == subject;
            cas.iter().filter(named).cloned().collect()
        });
        let codes: Vec<_> = proof.problems.iter().map(crate::Error::code).collect();
        (codes, proof.warnings.join("\n"))
    };
    assert_eq!(
        prove(&["client-ca", "rsa-ca", "client-ca-next"]),
        (vec![], String::new())
    );
    assert_eq!(prove(&["other-signer", "client-ca"]).0, [Code::BadCrl]);
    assert_eq!(prove(&["other-key"]).0, [Code::BadCrl]);
    for (name, words) in [
        ("unknown-root", "none of the client CAs"),
        ("expired", "expired at Jan  1 00:00:00 2021 GMT"),
        ("future", "from Jan  1 00:00:00 2044 GMT"),
        ("no-next-update", "no nextUpdate"),
        ("no-crl-sign-ca", "lacks cRLSign"),
    ] {
        let (problems, warnings) = prove(&[name]);
        assert_eq!(problems, [], "{name}");
        assert!(warnings.contains(words), "{warnings}");
    }
}

/// Serial numbers of every length and form, each once, in no order.
fn serials(count: u64) -> impl Iterator<Item = Vec<u8>> {
    (0..count).map(|number| {
        let mixed = openssl::sha::sha256(&number.to_be_bytes());
        let length = 4 + usize::from(mixed[31] % 16);
        [&[0x41], &number.to_be_bytes()[6..], &mixed[..length]].concat()
    })
}

#[test]
fn every_serial_of_a_long_list_is_found_and_no_other() {
    let issuer = Issuer::root(&Spec::default()).unwrap();
    let revoked: Vec<_> = serials(3_000)
        .step_by(3)
        .map(|serial| Revoked {
            serial,
            time: NOW,
            reason: Reason::Superseded,
        })
        .collect();
    let pem = issuer.crl(&revoked, 7, 30).unwrap();
    let library = X509Crl::from_pem(pem.as_bytes()).unwrap();
    let crl = Crl::read_all(pem.into_bytes(), "made").remove(0).unwrap();
    assert_eq!(crl.len(), 1_000);
    let entries = library.get_revoked().unwrap();
    for entry in entries {
        let serial = entry.serial_number().to_bn().unwrap().to_vec();
        assert!(crl.lists(&serial), "{serial:x?}");
    }
    for (at, serial) in serials(3_000).enumerate() {
        assert_eq!(crl.lists(&serial), at % 3 == 0, "{serial:x?}");
    }
    let ca = X509::from_pem(issuer.certificate_pem().as_bytes()).unwrap();
    let set = CrlSet::new(vec![crl]);
    let proof = set.prove(Clock::system().now(), |_| vec![ca.clone()]);
    assert!(
        proof.problems.is_empty() && proof.warnings.is_empty(),
        "{proof:?}"
    );
}
