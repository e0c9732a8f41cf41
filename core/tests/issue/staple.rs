//! The OCSP response that a server staples: made by the `openssl` command, shown to its client.

use crate::scene::{named, s, says, server, shown, Folder};
use peercert::issue::{Authority, Spec, Written};
use peercert::{Acceptor, Clock, Options};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::Arc;

const DAY: i64 = 86_400;

/// An authority, a server of it, and the `openssl` command as its responder.
struct Scene {
    folder: Folder,
    ca: Authority,
    server: Written,
}

impl Scene {
    fn new() -> Self {
        let folder = Folder::new();
        let ca = Authority::create(folder.join("pki"), &Spec::default()).unwrap();
        let server = ca.server(&server()).unwrap();
        Self { folder, ca, server }
    }

    /// A response on `about`, `V`alid or `R`evoked by the index, signed by the files NAME.pem and NAME.key.
    fn response(&self, about: &Written, state: &str, signer: &Path, more: &[&str]) -> PathBuf {
        let ca = self.ca.certificate_file();
        let (request, response) = (
            self.folder.join("request.der"),
            self.folder.join("response.der"),
        );
        let mut asked = vec!["ocsp", "-no_nonce", "-reqout", s(&request)];
        if more.contains(&"-sha256") {
            asked.push("-sha256");
        }
        asked.extend(["-issuer", s(&ca), "-cert", s(&about.file)]);
        says(&asked);
        let revoked = if state == "R" { "260101000000Z" } else { "" };
        let line = format!(
            "{state}\t491231235959Z\t{revoked}\t{}\tunknown\t/CN=localhost\n",
            about.serial
        );
        let index = self.folder.write("index.txt", line);
        let key = signer.with_extension("key");
        let mut answer = vec![
            "ocsp",
            "-index",
            s(&index),
            "-CA",
            s(&ca),
            "-rsigner",
            s(signer),
        ];
        answer.extend([
            "-rkey",
            s(&key),
            "-reqin",
            s(&request),
            "-respout",
            s(&response),
        ]);
        answer.extend(more.iter().filter(|more| **more != "-sha256"));
        says(&answer);
        response
    }

    fn good(&self) -> PathBuf {
        let ca = self.ca.certificate_file();
        self.response(&self.server, "V", &ca, &["-ndays", "7"])
    }

    fn acceptor(&self, staple: &Path, clock: Clock) -> Acceptor {
        let options = Options::new()
            .set("certificate", self.server.file.clone())
            .set("key", self.server.file.with_extension("key"))
            .set("ocsp_response", staple);
        Acceptor::with_clock(options, clock).unwrap()
    }

    /// The only warning of a server with this response, which it does not send.
    fn left_out(&self, staple: &Path) -> String {
        let acceptor = self.acceptor(staple, Clock::system());
        assert_eq!(acceptor.warnings().len(), 1, "{:?}", acceptor.warnings());
        let warning = acceptor.warnings().concat();
        assert!(
            warning.starts_with(&format!("ocsp_response {}: ", s(staple))),
            "{warning}"
        );
        assert!(
            warning.ends_with("; no OCSP response is sent to clients"),
            "{warning}"
        );
        let text = status(&acceptor, "-tls1_3");
        assert!(text.contains("OCSP response: no response sent"), "{text}");
        warning
    }
}

/// What `openssl s_client -status` prints of the server.
fn status(acceptor: &Acceptor, version: &str) -> String {
    shown(acceptor, &["-status", version])
}

#[test]
fn a_fresh_response_is_stapled_in_both_versions_until_its_next_update() {
    let scene = Scene::new();
    let now = Clock::system().now();
    let clock = Arc::new(AtomicI64::new(now));
    let read = clock.clone();
    let staple = scene.good();
    let acceptor = scene.acceptor(&staple, Clock::new(move || read.load(Ordering::Relaxed)));
    assert!(acceptor.warnings().is_empty(), "{:?}", acceptor.warnings());
    for version in ["-tls1_2", "-tls1_3"] {
        clock.store(now, Ordering::Relaxed);
        let text = status(&acceptor, version);
        assert!(text.contains("OCSP Response Status: successful"), "{text}");
        assert!(text.contains("Cert Status: good"), "{text}");
        assert!(
            text.contains(&format!("Serial Number: {}", scene.server.serial)),
            "{text}"
        );
        clock.store(now + 8 * DAY, Ordering::Relaxed);
        let text = status(&acceptor, version);
        assert!(text.contains("OCSP response: no response sent"), "{text}");
    }
}

#[test]
fn a_response_may_be_pem_name_the_issuer_by_sha_256_or_come_from_an_authorized_responder() {
    let scene = Scene::new();
    let ca = scene.ca.certificate_file();
    let responder = scene.ca.client(&Spec {
        extended_key_usage: vec!["OCSPSigning".into()],
        ..named("responder")
    });
    let responder = responder.unwrap();
    let check = |staple: &Path, warnings: &[&str]| {
        let acceptor = scene.acceptor(staple, Clock::system());
        let given = acceptor.warnings();
        let found: Vec<&str> = given
            .iter()
            .map(|w| w.rsplit(';').next().unwrap())
            .collect();
        assert_eq!(found, warnings, "{}", s(staple));
        assert!(status(&acceptor, "-tls1_3").contains("Cert Status: good"));
    };
    check(
        &scene.response(&scene.server, "V", &ca, &["-sha256", "-ndays", "7"]),
        &[],
    );
    let der = std::fs::read(scene.good()).unwrap();
    let pem = format!(
        "-----BEGIN OCSP RESPONSE-----\n{}\n-----END OCSP RESPONSE-----\n",
        openssl::base64::encode_block(&der)
    );
    check(&scene.folder.write("response.pem", pem), &[]);
    // Neither the server's file nor the response has the issuer, which is a root.
    let unchecked = " put the issuer into the file of the certificate";
    let delegated = scene.response(&scene.server, "V", &responder.file, &["-ndays", "7"]);
    check(&delegated, &[unchecked]);
    let both = [&scene.server.file, &ca]
        .map(|file| std::fs::read(file).unwrap())
        .concat();
    std::fs::write(&scene.server.file, both).unwrap();
    check(&delegated, &[]);
}

#[test]
fn a_response_that_says_revoked_is_stapled_and_told_loudly() {
    let scene = Scene::new();
    let ca = scene.ca.certificate_file();
    let staple = scene.response(&scene.server, "R", &ca, &["-ndays", "7"]);
    let acceptor = scene.acceptor(&staple, Clock::system());
    assert!(
        acceptor.warnings()[0].contains("IS REVOKED"),
        "{:?}",
        acceptor.warnings()
    );
    assert!(status(&acceptor, "-tls1_2").contains("Cert Status: revoked"));
}

#[test]
fn what_does_not_fit_is_left_out_and_the_warning_says_why() {
    let scene = Scene::new();
    let ca = scene.ca.certificate_file();
    let stale = scene.good();
    let later = Clock::system().now() + 8 * DAY;
    let acceptor = scene.acceptor(&stale, Clock::new(move || later));
    assert!(
        acceptor.warnings()[0].contains("it is stale"),
        "{:?}",
        acceptor.warnings()
    );
    let early = Clock::system().now() - DAY;
    let acceptor = scene.acceptor(&stale, Clock::new(move || early));
    assert!(
        acceptor.warnings()[0].contains("not good yet"),
        "{:?}",
        acceptor.warnings()
    );

    let no_end = scene.response(&scene.server, "V", &ca, &[]);
    assert!(scene.left_out(&no_end).contains("does not say until when"));
    let other = scene.ca.client(&named("other")).unwrap();
    let foreign = scene.response(&other, "V", &ca, &["-ndays", "7"]);
    assert!(scene
        .left_out(&foreign)
        .contains("about another certificate"));

    let good = std::fs::read(scene.good()).unwrap();
    let tried = |name: &str, content: &[u8]| scene.left_out(&scene.folder.write(name, content));
    assert!(tried("empty", b"").contains("it is empty"));
    assert!(tried("text", b"no response\n").contains("cannot be read"));
    assert!(tried("cut", &good[..good.len() - 1]).contains("cannot be read"));
    assert!(tried("longer", &[&good[..], b"x"].concat()).contains("something follows"));
    assert!(tried("try-later", &[0x30, 3, 0x0a, 1, 3]).contains("tryLater"));
    assert!(tried("large", &[0x30; 70_000]).contains("65000 fit"));
    let absent = scene.left_out(&scene.folder.join("absent"));
    assert!(absent.contains("No such file"), "{absent}");
}

#[test]
fn a_response_that_the_issuer_has_not_signed_is_left_out() {
    let scene = Scene::new();
    let ca = scene.ca.certificate_file();
    // The key of the signature is another than the one of the name.
    let stranger = scene.ca.client(&named("stranger")).unwrap();
    let by_client = scene.response(&scene.server, "V", &stranger.file, &["-ndays", "7"]);
    let both = [&scene.server.file, &ca]
        .map(|file| std::fs::read(file).unwrap())
        .concat();
    std::fs::write(&scene.server.file, both).unwrap();
    assert!(scene
        .left_out(&by_client)
        .contains("its signature is not one of the issuer"));
    let good = std::fs::read(scene.good()).unwrap();
    // The time of signing, the last but one of the dates that begin with a year 20xx.
    let date = good.windows(3).position(|w| w == [0x18, 15, b'2']).unwrap();
    let mut tampered = good;
    tampered[date + 14] ^= 1;
    let tampered = scene.folder.write("tampered", tampered);
    assert!(scene
        .left_out(&tampered)
        .contains("its signature is not one of the issuer"));
}
