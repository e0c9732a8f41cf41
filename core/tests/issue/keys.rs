//! The server's private key as the `openssl` command writes it, in every form that is around.

use crate::scene::{openssl, s, says, server, Folder};
use peercert::issue::{Authority, KeyKind, Spec};
use peercert::{Acceptor, Code, Options};
use std::fs;
use std::path::{Path, PathBuf};

const PASSWORD: &str = "pass:grüße";
const WORD: &str = "grüße";

/// A folder, and a server's key in it: NAME.key beside NAME.pem.
fn key(folder: &Folder, kind: &str) -> PathBuf {
    let ca = folder.join(&format!("pki-{kind}"));
    let ca = Authority::create(ca, &Spec::default()).unwrap();
    let spec = Spec {
        key: KeyKind::parse(kind).unwrap(),
        ..server()
    };
    ca.server(&spec).unwrap().file.with_extension("key")
}

fn code(result: peercert::Result<Acceptor>) -> (Code, String) {
    let error = result.err().unwrap();
    (error.code(), error.message().to_owned())
}

/// The command writes the key anew as it is told; the server opens it.
fn rewritten(
    folder: &Folder,
    from: &Path,
    command: &[&str],
    password: Option<&str>,
) -> peercert::Result<Acceptor> {
    let key = folder.join("rewritten");
    let (good, text) = openssl(&[command, &["-in", s(from), "-out", s(&key)]].concat());
    assert!(good, "{command:?}: {text}");
    let options = Options::new()
        .set("certificate", from.with_extension("pem"))
        .set("key", key);
    Acceptor::new(match password {
        Some(password) => options.set("key_password", password),
        None => options,
    })
}

#[test]
fn a_key_opens_in_every_form_encrypted_or_not() {
    let folder = Folder::new();
    let plain: &[&[&str]] = &[
        &["pkcs8", "-topk8", "-nocrypt"],
        &["pkcs8", "-topk8", "-nocrypt", "-outform", "DER"],
        &["pkey", "-traditional"],
        &["pkey", "-outform", "DER"],
    ];
    let locked: &[&[&str]] = &[
        &["pkcs8", "-topk8"],
        &["pkcs8", "-topk8", "-outform", "DER"],
        &[
            "pkcs8",
            "-topk8",
            "-v2",
            "aes-128-cbc",
            "-v2prf",
            "hmacWithSHA1",
        ],
        &[
            "pkcs8",
            "-topk8",
            "-v2",
            "aes-192-cbc",
            "-v2prf",
            "hmacWithSHA384",
        ],
        &[
            "pkcs8",
            "-topk8",
            "-v2",
            "aes-256-cbc",
            "-v2prf",
            "hmacWithSHA512",
        ],
        &["pkcs8", "-topk8", "-v2", "des3"],
        &["pkcs8", "-topk8", "-scrypt"],
        &["pkcs8", "-topk8", "-scrypt", "-outform", "DER"],
        &["pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES"],
        &[
            "pkcs8",
            "-topk8",
            "-v1",
            "PBE-SHA1-RC2-40",
            "-provider",
            "legacy",
            "-provider",
            "default",
        ],
    ];
    let traditional: &[&[&str]] = &[
        &["pkey", "-traditional", "-aes256"],
        &["pkey", "-traditional", "-aes128"],
        &["pkey", "-traditional", "-des3"],
    ];
    for kind in ["p256", "p384", "rsa2048", "ed25519"] {
        let from = key(&folder, kind);
        for form in plain
            .iter()
            .filter(|form| kind != "ed25519" || form[0] == "pkcs8")
        {
            rewritten(&folder, &from, form, None)
                .unwrap_or_else(|e| panic!("{kind} {form:?}: {e}"));
        }
        let mut sealed: Vec<&[&str]> = locked.to_vec();
        if kind != "ed25519" {
            sealed.extend(traditional);
        }
        for form in sealed {
            let form = [form, &["-passout", PASSWORD]].concat();
            let open = |password| rewritten(&folder, &from, &form, password);
            open(Some(WORD)).unwrap_or_else(|e| panic!("{kind} {form:?}: {e}"));
            assert_eq!(
                code(open(Some("wrong"))).0,
                Code::WrongPassword,
                "{kind} {form:?}"
            );
            let (code, message) = code(open(None));
            assert_eq!(code, Code::MissingPassword, "{kind} {form:?}");
            assert!(message.ends_with("give key_password"), "{message}");
        }
    }
}

#[test]
fn a_key_that_is_sealed_with_an_algorithm_of_yesterday_is_refused_with_what_to_do() {
    let folder = Folder::new();
    let from = key(&folder, "p256");
    let des = [
        "pkcs8",
        "-topk8",
        "-v1",
        "PBE-MD5-DES",
        "-provider",
        "legacy",
        "-provider",
        "default",
    ];
    let des = [&des[..], &["-passout", PASSWORD]].concat();
    let (code, message) = code(rewritten(&folder, &from, &des, Some(WORD)));
    assert_eq!(code, Code::BadKey);
    assert!(message.contains("pbeWithMD5AndDES-CBC"), "{message}");
    assert!(
        message.contains("openssl pkcs8 -topk8 -v2 aes-256-cbc"),
        "{message}"
    );
}

#[test]
fn a_key_that_asks_for_endless_work_is_refused_at_once() {
    let folder = Folder::new();
    let from = key(&folder, "p256");
    let rounds = [2, 3, 0x12, 0xd6, 0x87];
    let key = folder.join("endless.key");
    let (from, to) = (from.clone(), s(&key).to_owned());
    let write = ["pkcs8", "-topk8", "-outform", "DER", "-iter", "1234567"];
    let files = ["-in", s(&from), "-out", &to, "-passout", PASSWORD];
    says(&[&write[..], &files].concat());
    let mut data = fs::read(&key).unwrap();
    let at = data.windows(5).position(|window| window == rounds);
    data[at.unwrap() + 2] = 0x7f;
    let options = Options::new()
        .set("certificate", from.with_extension("pem"))
        .set("key_data", data)
        .set("key_password", WORD);
    let error = Acceptor::new(options).err().unwrap();
    assert!(error.message().contains("5,000,000 rounds"), "{error}");
}
