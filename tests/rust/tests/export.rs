//! Runs `tests/vectors/export.json`: what is exported of a caller, row by row, and of live
//! connections.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a row that is wrong ends the test"
)]

use openssl::ssl::SslVersion;
use peercert::export::{Cipher, Details, Exported, Format};
use peercert::{Acceptor, Connection, Options, Report};
use peercert_tests::client::Client;
use peercert_tests::{path, rows, vectors};
use serde_json::{json, Map, Value};

/// What a visitor gets, as the vectors write it. No name comes twice.
fn collect(
    export: impl FnOnce(&mut dyn FnMut(&str, Exported<'_>)) -> peercert::Result<()>,
) -> Value {
    let mut found = Map::new();
    let outcome = export(&mut |name, value| {
        let value = match value {
            Exported::Text(text) => json!(text),
            Exported::Integer(number) => json!(number),
            Exported::Texts(texts) => json!(texts),
            Exported::Nothing => Value::Null,
        };
        assert!(
            found.insert(name.to_owned(), value).is_none(),
            "{name} twice"
        );
    });
    match outcome {
        Ok(()) => found.into(),
        Err(error) => {
            assert!(
                found.is_empty(),
                "an export that fails tells nothing: {found:?}"
            );
            json!({ "error": error.code().name() })
        }
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn der(file: &str) -> Vec<u8> {
    peercert::certinfo_file(path(file)).unwrap().der().to_vec()
}

fn details(row: &Value) -> Details {
    let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok());
    let cipher = |cipher: &Value| Cipher {
        name: text(&cipher["name"]).unwrap(),
        number: number(&cipher["number"]).and_then(|number| u16::try_from(number).ok()),
        bits: number(&cipher["bits"][0]).zip(number(&cipher["bits"][1])),
    };
    let session_id = text(&row["session_id"]).unwrap_or_default();
    let octets = (0..session_id.len()).step_by(2);
    Details {
        server_certificate: row["server"].as_str().map(der),
        protocol: text(&row["protocol"]),
        cipher: row.get("cipher").map(cipher),
        server_name: text(&row["server_name"]),
        alpn: text(&row["alpn"]),
        resumed: row["resumed"].as_bool(),
        session_id: octets
            .map(|at| u8::from_str_radix(session_id.get(at..at + 2).unwrap(), 16).unwrap())
            .collect(),
        secure_renegotiation: row["secure_renegotiation"].as_bool(),
        signature_scheme: text(&row["signature_scheme"]),
        user: text(&row["user"]),
        pinned: row["pinned"] == true,
        generous: row["generous"] == true,
        now: row["now"].as_i64(),
    }
}

/// The variables that name us are looked at and left out.
fn without_versions(mut found: Value) -> Value {
    let names = found.as_object_mut().unwrap();
    let ours = names.remove("SSL_VERSION_INTERFACE").unwrap();
    assert_eq!(ours, format!("peercert/{}", peercert::version().0));
    let library = names.remove("SSL_VERSION_LIBRARY").unwrap();
    let product = if peercert::TLS_LIBRARY == "aws-lc" {
        "AWS-LC/"
    } else {
        "OpenSSL/"
    };
    let version = library.as_str().unwrap().strip_prefix(product).unwrap();
    assert!(
        version.starts_with(|c: char| c.is_ascii_digit()),
        "{library}"
    );
    found
}

#[test]
fn every_caller_is_exported_as_its_row_says() {
    let mut wrong = Vec::new();
    for row in rows(&vectors("export.json")) {
        let certificate = row["certificate"].as_str();
        let pem = certificate.map_or_else(Vec::new, |file| std::fs::read(path(file)).unwrap());
        let report = Report::of_verdict(&pem, row["verdict"].as_str().unwrap()).unwrap();
        let details = details(&row["details"]);
        for format in Format::ALL {
            let mut found = collect(|visit| report.export(*format, &details, visit));
            if *format == Format::Apache {
                found = without_versions(found);
            }
            let expected = &row[format.name()];
            let names = |value: &Value| value.as_object().unwrap().clone();
            let (ours, theirs) = (names(&found), names(expected));
            let all = ours
                .keys()
                .chain(theirs.keys().filter(|name| !ours.contains_key(*name)));
            for name in all.filter(|name| ours.get(*name) != theirs.get(*name)) {
                wrong.push(format!(
                    "{} {}: {name}: {:?}, not {:?}",
                    row["why"],
                    format.name(),
                    ours.get(name),
                    theirs.get(name)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_header_is_printable_ascii_whatever_the_certificate_says() {
    let mut seen = 0;
    for folder in ["pki/info", "pki/live"] {
        for entry in std::fs::read_dir(path(folder)).unwrap() {
            let file = entry.unwrap().path();
            let pem = std::fs::read(&file).unwrap();
            // Keys and CRLs lie there, too.
            if !pem.starts_with(b"-----BEGIN CERTIFICATE-----") {
                continue;
            }
            seen += 1;
            let report = Report::of_verdict(&pem, "SUCCESS").unwrap();
            for format in [Format::BasicAuth, Format::Rfc9440, Format::Xfcc] {
                let found = collect(|visit| report.export(format, &Details::default(), visit));
                for (name, value) in found.as_object().unwrap() {
                    let plain = |octet: u8| (b' '..=b'~').contains(&octet);
                    assert!(
                        value.as_str().unwrap().bytes().all(plain),
                        "{file:?} {name} {value}"
                    );
                }
            }
        }
    }
    assert!(seen > 100, "{seen} certificates");
}

fn acceptor() -> Acceptor {
    let file = |name: &str| path("pki/live").join(name);
    let options = Options::new()
        .set("certificate", file("server.pem"))
        .set("key", file("server.key"))
        .set("client_cert_mode", "request")
        .set("alpn", &["h2", "http/1.1"][..])
        .set("client_ca_file", file("client-cas.pem"));
    Acceptor::new(options).unwrap()
}

/// The connection of a client, and of the same client that resumes its session.
fn connections(client: Option<&str>, version: SslVersion) -> Vec<Connection> {
    let (acceptor, client) = (acceptor(), Client::new(client, version));
    let first = client.connect(&acceptor, None, usize::MAX);
    assert!(first.error.is_none(), "{:?}", first.error);
    let mut found = vec![first.server];
    if let Some(session) = first.session {
        let second = client.connect(&acceptor, Some(&session), usize::MAX);
        assert!(second.error.is_none(), "{:?}", second.error);
        found.push(second.server);
    }
    found
}

fn exported(connection: &Connection, format: Format) -> Value {
    collect(|visit| connection.export(format, visit))
}

/// The PEM blocks of a file, each as it is.
fn blocks(file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(path(file)).unwrap();
    let end = "-----END CERTIFICATE-----\n";
    text.split_inclusive(end).map(str::to_owned).collect()
}

#[test]
fn a_live_connection_fills_in_what_was_negotiated() {
    for (version, name, number) in [
        (SslVersion::TLS1_2, "TLSv1.2", 0x0303),
        (SslVersion::TLS1_3, "TLSv1.3", 0x0304),
    ] {
        let connections = connections(Some("good-chain"), version);
        assert_eq!(connections.len(), 2, "the session resumes");
        for (connection, resumed) in connections.iter().zip([false, true]) {
            let apache = without_versions(exported(connection, Format::Apache));
            assert_eq!(apache["SSL_PROTOCOL"], name);
            assert_eq!(apache["SSL_CLIENT_VERIFY"], "SUCCESS");
            assert_eq!(apache["SSL_SECURE_RENEG"], "true");
            let word = if resumed { "Resumed" } else { "Initial" };
            assert_eq!(apache["SSL_SESSION_RESUMED"], word);
            let (cipher, _, bits) = connection.cipher().unwrap();
            assert_eq!(apache["SSL_CIPHER"], cipher);
            assert_eq!(apache["SSL_CIPHER_USEKEYSIZE"], bits.to_string());
            let server = blocks("pki/live/server.pem");
            assert_eq!(apache["SSL_SERVER_CERT"], server[0].as_str());
            let sent = blocks("pki/live/good-chain.pem");
            assert_eq!(apache["SSL_CLIENT_CERT"], sent[0].as_str());
            // The rest of the chain is not in a session.
            let above = apache.get("SSL_CLIENT_CERT_CHAIN_0");
            assert_eq!(above.is_some(), !resumed);
            assert!(resumed || above.unwrap() == sent[1].as_str());
            assert!(apache.get("SSL_CLIENT_CERT_CHAIN_1").is_none());

            let asgi = exported(connection, Format::Asgi);
            assert_eq!(asgi["tls_version"], number);
            assert_eq!(asgi["server_cert"], server[0].as_str());
            let chain = if resumed { &sent[..1] } else { &sent[..2] };
            assert_eq!(asgi["client_cert_chain"], json!(chain));
            assert_eq!(asgi["client_cert_error"], Value::Null);
            let suite = registered(cipher);
            assert_eq!(asgi["cipher_suite"], suite, "{cipher}");

            let nginx = exported(connection, Format::Nginx);
            let scheme = nginx.get("ssl_client_sigalg");
            assert_eq!(scheme.is_some(), !resumed);
            assert!(resumed || scheme.unwrap() == "ecdsa_secp256r1_sha256");
            let chain = exported(connection, Format::Rfc9440);
            assert_eq!(chain.get("Client-Cert-Chain").is_some(), !resumed);
        }
    }
}

/// Numbers of IANA's registry of TLS cipher suites.
fn registered(name: &str) -> u16 {
    match name {
        "TLS_AES_128_GCM_SHA256" => 0x1301,
        "TLS_AES_256_GCM_SHA384" => 0x1302,
        "TLS_CHACHA20_POLY1305_SHA256" => 0x1303,
        "ECDHE-ECDSA-AES128-GCM-SHA256" => 0xc02b,
        "ECDHE-ECDSA-AES256-GCM-SHA384" => 0xc02c,
        "ECDHE-ECDSA-CHACHA20-POLY1305" => 0xcca9,
        _ => 0,
    }
}

#[test]
fn who_does_not_verify_has_no_name_where_nothing_says_so() {
    for client in [None, Some("unknown-leaf"), Some("expired")] {
        for connection in connections(client, SslVersion::TLS1_3) {
            for format in [
                Format::Cgi,
                Format::BasicAuth,
                Format::Rfc9440,
                Format::Xfcc,
            ] {
                let mut details = connection.export_details().unwrap();
                details.user = Some("root".to_owned());
                let report = connection.clientcert().unwrap();
                let found = collect(|visit| report.export(format, &details, visit));
                assert_eq!(found, json!({}), "{client:?} {}", format.name());
            }
            let verify = exported(&connection, Format::Apache)["SSL_CLIENT_VERIFY"].clone();
            let expected = match client {
                None => "NONE",
                Some("expired") => "FAILED:certificate has expired",
                Some(_) => "FAILED:unable to get local issuer certificate",
            };
            assert_eq!(verify, expected);
        }
    }
}
