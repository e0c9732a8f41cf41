//! The server's certificate, chain and key in one PKCS#12 file that the `openssl` command wrote.

use crate::scene::{named, s, says, server, shown, Folder};
use peercert::issue::{Authority, Spec, Written};
use peercert::{certinfos, Acceptor, Code, Options};
use std::fs;
use std::path::{Path, PathBuf};

const PASSWORD: &str = "pass:grüße";
const WORD: &str = "grüße";

/// A server under an intermediate, and its PKCS#12 files.
struct Scene {
    folder: Folder,
    root: Authority,
    middle: Authority,
    server: Written,
}

impl Scene {
    fn new() -> Self {
        let folder = Folder::new();
        let root = Authority::create(folder.join("pki"), &Spec::default()).unwrap();
        let middle = root.intermediate(&Spec::default()).unwrap();
        let server = middle.server(&server()).unwrap();
        Self {
            folder,
            root,
            middle,
            server,
        }
    }

    fn key(&self) -> PathBuf {
        self.server.file.with_extension("key")
    }

    /// A file with key, leaf and, in this order, root and intermediate.
    fn pkcs12(&self, more: &[&str]) -> PathBuf {
        let made = self.folder.join("made.p12");
        let above = [&self.root, &self.middle].map(|ca| fs::read(ca.certificate_file()).unwrap());
        let above = self.folder.write("above.pem", above.concat());
        let key = self.key();
        let mut arguments = vec![
            "pkcs12",
            "-export",
            "-out",
            s(&made),
            "-in",
            s(&self.server.file),
        ];
        arguments.extend(["-inkey", s(&key), "-certfile", s(&above)]);
        arguments.extend(more);
        says(&arguments);
        made
    }
}

fn pkcs12(file: &Path, password: Option<&str>) -> peercert::Result<Acceptor> {
    let options = Options::new().set("pkcs12", file);
    Acceptor::new(match password {
        Some(password) => options.set("key_password", password),
        None => options,
    })
}

fn code(result: peercert::Result<Acceptor>) -> (Code, String) {
    let error = result.err().unwrap();
    (error.code(), error.message().to_owned())
}

/// The subjects of the certificates that a client is sent.
fn sent(acceptor: &Acceptor) -> Vec<String> {
    let text = shown(acceptor, &["-showcerts"]);
    let chain = certinfos(text.as_bytes(), None).unwrap();
    chain.iter().map(|cert| cert.subject().to_owned()).collect()
}

#[test]
fn a_pkcs12_file_of_any_age_opens_with_its_password_alone_and_sends_its_chain_in_order() {
    let scene = Scene::new();
    let legacy = [
        "-legacy",
        "-certpbe",
        "PBE-SHA1-RC2-40",
        "-keypbe",
        "PBE-SHA1-3DES",
        "-macalg",
        "sha1",
    ];
    let forms: &[&[&str]] = &[
        &[],
        &[
            "-keypbe",
            "AES-128-CBC",
            "-certpbe",
            "AES-192-CBC",
            "-macalg",
            "sha512",
            "-iter",
            "600000",
        ],
        &[
            "-certpbe",
            "PBE-SHA1-3DES",
            "-keypbe",
            "PBE-SHA1-2DES",
            "-macalg",
            "sha1",
        ],
        &[
            "-legacy",
            "-certpbe",
            "PBE-SHA1-RC2-128",
            "-keypbe",
            "PBE-SHA1-RC2-40",
        ],
        &legacy,
        &["-certpbe", "NONE", "-macalg", "sha384"],
        &["-nomac"],
    ];
    let names = [
        &scene.server.file,
        &scene.middle.certificate_file(),
        &scene.root.certificate_file(),
    ];
    let names = names.map(|file| peercert::certinfo_file(file).unwrap().subject().to_owned());
    for form in forms {
        let file = scene.pkcs12(&[form, &["-passout", PASSWORD][..]].concat());
        let acceptor = pkcs12(&file, Some(WORD)).unwrap_or_else(|e| panic!("{form:?}: {e}"));
        assert_eq!(sent(&acceptor), names, "{form:?}");
        assert!(acceptor.warnings().is_empty(), "{:?}", acceptor.warnings());
        let data = fs::read(&file).unwrap();
        let found = certinfos(&data, Some(WORD)).unwrap();
        assert_eq!(
            (found.len(), found[0].subject()),
            (3, names[0].as_str()),
            "{form:?}"
        );
        for wrong in ["Grüße", ""] {
            let (code, message) = code(pkcs12(&file, Some(wrong)));
            assert_eq!(code, Code::WrongPassword, "{form:?} {message}");
        }
        let (code, message) = code(pkcs12(&file, None));
        assert_eq!(code, Code::MissingPassword, "{form:?}");
        assert!(message.ends_with("give key_password"), "{message}");
        let error = certinfos(&data, None).unwrap_err();
        assert_eq!(error.code(), Code::BundleNeedsPassword, "{form:?}");
    }
}

#[test]
fn a_pkcs12_file_without_a_password_needs_none() {
    let scene = Scene::new();
    for form in [
        &["-passout", "pass:"][..],
        &["-nodes", "-nomac", "-passout", "pass:"],
    ] {
        let file = scene.pkcs12(form);
        for password in [None, Some("")] {
            assert_eq!(sent(&pkcs12(&file, password).unwrap()).len(), 3, "{form:?}");
        }
    }
}

#[test]
fn a_pkcs12_file_that_is_no_servers_is_told_by_what_it_lacks() {
    let scene = Scene::new();
    let file = scene.folder.join("no.p12");
    let leaf = &scene.server.file;
    let export = |more: &[&str]| {
        let all = [
            &["pkcs12", "-export", "-out", s(&file), "-passout", PASSWORD][..],
            more,
        ];
        says(&all.concat());
        code(pkcs12(&file, Some(WORD)))
    };
    let (no_key, message) = export(&["-nokeys", "-in", s(leaf)]);
    assert_eq!(no_key, Code::BadKey);
    assert!(message.contains("no private key in it"), "{message}");
    let key = scene.key();
    let (no_certificate, message) = export(&["-nocerts", "-inkey", s(&key)]);
    assert_eq!(no_certificate, Code::BadCertificate, "{message}");

    let file = scene.pkcs12(&["-passout", PASSWORD]);
    let whole = fs::read(&file).unwrap();
    for cut in 0..whole.len() {
        let error = Options::new()
            .set("pkcs12_data", &whole[..cut])
            .set("key_password", WORD);
        assert_eq!(
            Acceptor::new(error).err().unwrap().code(),
            Code::BadKey,
            "cut at {cut}"
        );
    }
    // Others than issuers are not sent, and that is said.
    let stranger = scene.root.client(&named("stranger")).unwrap().file;
    let both = [leaf, &scene.middle.certificate_file(), &stranger];
    let both = both.map(|file| fs::read(file).unwrap()).concat();
    let input = scene.folder.write("all.pem", both);
    let made = scene.folder.join("stranger.p12");
    says(&[
        "pkcs12",
        "-export",
        "-out",
        s(&made),
        "-passout",
        PASSWORD,
        "-in",
        s(&input),
        "-inkey",
        s(&key),
    ]);
    let acceptor = pkcs12(&made, Some(WORD)).unwrap();
    assert_eq!(sent(&acceptor).len(), 2);
    assert!(
        acceptor.warnings()[0].contains("CN = stranger is no issuer"),
        "{:?}",
        acceptor.warnings()
    );
}

#[test]
fn a_pkcs12_file_that_asks_for_endless_work_is_refused_at_once() {
    let scene = Scene::new();
    let file = scene.pkcs12(&["-passout", PASSWORD, "-iter", "1234567"]);
    let mut data = fs::read(&file).unwrap();
    let rounds = [2, 3, 0x12, 0xd6, 0x87];
    // The MAC stands last, and its rounds are the first.
    let mac = data.windows(5).rposition(|window| window == rounds);
    data[mac.unwrap() + 2] = 0x7f;
    let options = Options::new()
        .set("pkcs12_data", data)
        .set("key_password", WORD);
    let error = Acceptor::new(options).err().unwrap();
    assert!(error.message().contains("5,000,000 rounds"), "{error}");
}
