//! What virtual hosts do: each has its own policy, whatever name a client asks for and however.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a scene that cannot be set ends the test"
)]

use openssl::ssl::SslVersion;
use openssl::x509::X509;
use peercert::{Acceptor, Code, Connection, Error, OptionValue, Options, Progress};
use peercert_tests::client::{Client, Outcome};
use peercert_tests::folder::live;
use peercert_tests::path;

const VERSIONS: [SslVersion; 2] = [SslVersion::TLS1_2, SslVersion::TLS1_3];

/// Where a server_name extension begins in a ClientHello whose host is this, and how it says so:
/// type, length, length of the list, kind, length of the name.
fn server_name(host: &str) -> Vec<u8> {
    let length = |more: usize| u16::try_from(host.len() + more).unwrap().to_be_bytes();
    [
        &[0, 0],
        &length(5)[..],
        &length(3),
        &[0],
        &length(0),
        host.as_bytes(),
    ]
    .concat()
}

fn identity(name: &str) -> Options {
    Options::new()
        .set("certificate", path(&format!("pki/live/{name}.pem")))
        .set("key", path(&format!("pki/live/{name}.key")))
}

fn asking(options: Options, mode: &str, ca: &str) -> Options {
    options
        .set("client_cert_mode", mode)
        .set("client_ca_file", path("pki/live").join(ca))
}

/// A default host that asks nobody, and hosts that ask.
fn server(hosts: &[(&str, Options)]) -> Options {
    let mut sets = Options::new();
    for (name, options) in hosts {
        sets.push(name, options.clone());
    }
    identity("server").set("hosts", sets)
}

fn require() -> Options {
    asking(Options::new(), "require", "client-cas.pem")
}

fn ask(server: &Acceptor, client: &Client, host: Option<&str>) -> Outcome {
    client.connect_to(server, host, None, usize::MAX)
}

fn refused(outcome: &Outcome) -> Option<(Code, Option<i32>)> {
    let error = outcome.error.as_ref()?;
    Some((error.code(), outcome.alert))
}

#[test]
fn a_host_that_requires_a_certificate_refuses_without_though_the_default_asks_nobody() {
    let server = Acceptor::new(server(&[
        ("one.example", require()),
        ("*.wild.example", require()),
    ]))
    .unwrap();
    for (version, alert) in VERSIONS.into_iter().zip([40, 116]) {
        let (without, with) = (
            Client::new(None, version),
            Client::new(Some("good"), version),
        );
        for host in [
            "one.example",
            "ONE.Example",
            "one.example.",
            "A.WILD.example",
        ] {
            let refusal = ask(&server, &without, Some(host));
            assert_eq!(
                refused(&refusal),
                Some((Code::NoCertificate, Some(alert))),
                "{host}"
            );
            let admitted = ask(&server, &with, Some(host));
            assert!(admitted.server.clientcert().unwrap().verified(), "{host}");
        }
        for host in [
            None,
            Some("two.example"),
            Some("wild.example"),
            Some("a.b.wild.example"),
        ] {
            let outcome = ask(&server, &with, host);
            assert!(outcome.error.is_none());
            let report = outcome.server.clientcert().unwrap();
            assert_eq!(report.verifycode(), "ABSENT", "{host:?}");
        }
    }
}

#[test]
fn a_host_that_asks_nobody_asks_nobody_though_the_default_requires() {
    let open = Options::new().set("client_cert_mode", "none");
    let options = asking(
        server(&[("open.example", open)]),
        "require",
        "client-cas.pem",
    );
    let server = Acceptor::new(options).unwrap();
    for version in VERSIONS {
        let client = Client::new(None, version);
        assert!(ask(&server, &client, Some("open.example")).error.is_none());
        for host in [None, Some("other.example")] {
            let error = ask(&server, &client, host).error.unwrap();
            assert_eq!(error.code(), Code::NoCertificate);
        }
    }
}

#[test]
fn a_connection_serves_no_host_that_lets_in_others_however_it_is_spelt() {
    let staff = server(&[("staff.example", require())]);
    let several = Acceptor::new(staff).unwrap();
    let client = Client::new(Some("good"), SslVersion::TLS1_3);
    let open = ask(&several, &client, None).server;
    for authority in ["www.example", "www.example:8443", "[::1]:8443", ""] {
        assert!(open.serves(authority), "{authority}");
    }
    for authority in [
        "staff.example",
        "STAFF.example.:8443",
        "%73taff.example",
        "www.example@staff.example",
        "staff.example..",
        "staff.example:443:80",
        "staff.example,www.example",
    ] {
        assert!(!open.serves(authority), "{authority}");
    }
    let closed = ask(&several, &client, Some("staff.example")).server;
    assert!(closed.serves("staff.example") && !closed.serves("www.example"));
    let one = ask(&Acceptor::new(server(&[])).unwrap(), &client, None).server;
    assert!(one.serves("%73taff.example"), "there is no other host");
}

#[test]
fn each_host_has_its_own_cas_depth_and_names_of_cas() {
    let unknown = asking(Options::new(), "require", "unknown-root.pem");
    let shallow = require().set("client_verify_depth", 0);
    let silent = require().set("client_ca_names", "none");
    let named = require().set("client_ca_names", path("pki/live/unknown-root.pem"));
    let hosts = [
        ("good.example", require()),
        ("unknown.example", unknown),
        ("shallow.example", shallow),
        ("silent.example", silent),
        ("named.example", named),
    ];
    let server = Acceptor::new(server(&hosts)).unwrap();
    for version in VERSIONS {
        let verdict = |name: &str, host: &str| {
            let outcome = ask(&server, &Client::new(Some(name), version), Some(host));
            match &outcome.error {
                Some(error) => error.clientcert().unwrap().verifycode().to_owned(),
                None => outcome.server.clientcert().unwrap().verifycode().to_owned(),
            }
        };
        assert_eq!(verdict("good-chain", "good.example"), "OK");
        assert_eq!(
            verdict("good-chain", "shallow.example"),
            "CERT_CHAIN_TOO_LONG"
        );
        assert_eq!(verdict("good", "shallow.example"), "OK");
        assert_eq!(
            verdict("good", "unknown.example"),
            "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"
        );
        assert_eq!(verdict("unknown-chain", "unknown.example"), "OK");
        assert_eq!(
            verdict("unknown-chain", "good.example"),
            "SELF_SIGNED_CERT_IN_CHAIN"
        );
        assert_eq!(verdict("good", "named.example"), "OK");
        assert_eq!(
            verdict("unknown-chain", "named.example"),
            "SELF_SIGNED_CERT_IN_CHAIN",
            "what is named is not trusted"
        );
    }
    // In TLS 1.2 the names go over the wire as they are.
    let client = Client::new(None, SslVersion::TLS1_2);
    let names = |host: &str| {
        let mut connection = server.connection().unwrap();
        connection
            .feed(&client.call(Some(host), None).speak())
            .unwrap();
        assert_eq!(connection.handshake().unwrap(), Progress::WantRead);
        let sent = connection.take();
        ["client-ca", "rsa-ca", "unknown-root"].map(|ca| {
            let subject = certificate(ca).subject_name().to_der().unwrap();
            sent.windows(subject.len()).any(|bytes| bytes == subject)
        })
    };
    assert_eq!(names("good.example"), [true, true, false]);
    assert_eq!(names("unknown.example"), [false, false, true]);
    assert_eq!(names("silent.example"), [false; 3]);
    assert_eq!(names("named.example"), [false, false, true]);
}

/// The first certificate of a file of `live/`.
fn certificate(name: &str) -> X509 {
    X509::from_pem(&live(&format!("{name}.pem"))).unwrap()
}

#[test]
fn each_host_has_its_own_versions_certificate_and_protocols() {
    let new = Options::new()
        .set("min_version", "1.3")
        .set("alpn", OptionValue::from(&["h2"][..]));
    let old = identity("server-rsa")
        .set("max_version", "1.2")
        .set("alpn", OptionValue::from(&["http/1.1"][..]));
    let server = Acceptor::new(server(&[("new.example", new), ("old.example", old)])).unwrap();
    for version in VERSIONS {
        let client = Client::new(None, version);
        for (host, only) in [
            ("new.example", SslVersion::TLS1_3),
            ("old.example", SslVersion::TLS1_2),
        ] {
            let outcome = ask(&server, &client, Some(host));
            if version == only {
                assert!(outcome.error.is_none(), "{host} {version:?}");
            } else {
                let protocol_version = Some((Code::NothingShared, Some(70)));
                assert_eq!(refused(&outcome), protocol_version, "{host} {version:?}");
            }
        }
        assert!(ask(&server, &client, None).error.is_none());
    }
    let met = |version, host| {
        let client = Client::with_protocols(b"\x02h2\x08http/1.1", version);
        let mut caller = client.call(Some(host), None);
        let mut connection = server.connection().unwrap();
        while !caller.connected() {
            connection.feed(&caller.speak()).unwrap();
            connection.handshake().unwrap();
            caller.hear(&connection.take());
        }
        let protocol = caller.ssl().selected_alpn_protocol().map(<[u8]>::to_vec);
        (
            caller.ssl().peer_certificate().unwrap().to_der().unwrap(),
            protocol,
        )
    };
    let [ours, rsa] = ["server", "server-rsa"].map(|name| certificate(name).to_der().unwrap());
    let [v1_2, v1_3] = VERSIONS;
    assert_eq!(
        met(v1_3, "new.example"),
        (ours.clone(), Some(b"h2".to_vec()))
    );
    assert_eq!(met(v1_2, "old.example"), (rsa, Some(b"http/1.1".to_vec())));
    assert_eq!(met(v1_2, "other.example"), (ours, None));
}

#[test]
fn strict_sni_refuses_whoever_asks_for_no_host_of_the_server() {
    let options = server(&[("one.example", require())]).set("strict_sni", true);
    let server = Acceptor::new(options).unwrap();
    for version in VERSIONS {
        let client = Client::new(Some("good"), version);
        assert!(ask(&server, &client, Some("one.example")).error.is_none());
        for host in [None, Some("two.example"), Some("localhost")] {
            let outcome = ask(&server, &client, host);
            let unrecognized_name = Some((Code::UnrecognizedName, Some(112)));
            assert_eq!(refused(&outcome), unrecognized_name, "{host:?}");
            let error = outcome.error.unwrap();
            assert_eq!(error.code().name(), "peer.unrecognized_name");
            assert_eq!(error.context_value("alert"), Some("unrecognized_name"));
        }
    }
}

/// What becomes of a ClientHello as it is.
fn judged(server: &Acceptor, hello: &[u8]) -> (Result<Progress<()>, Error>, Connection) {
    let mut connection = server.connection().unwrap();
    connection.feed(hello).unwrap();
    let result = connection.handshake();
    (result, connection)
}

/// The ClientHello with other bytes for a server_name of the same length.
fn renamed(hello: &[u8], from: &str, to: &[u8]) -> Vec<u8> {
    let whole = server_name(from);
    let at = hello.windows(whole.len()).position(|bytes| bytes == whole);
    let name = at.unwrap() + whole.len() - from.len();
    let mut changed = hello.to_vec();
    changed.splice(name..name + from.len(), to.iter().copied());
    assert_eq!(changed.len(), hello.len());
    changed
}

#[test]
fn a_name_that_is_none_is_never_taken_for_a_host() {
    let hosts = [("one.example", require()), ("*.wild.example", require())];
    let server = Acceptor::new(server(&hosts)).unwrap();
    let strict = {
        let hosts = Options::new().set("one.example", require());
        let options = identity("server")
            .set("hosts", hosts)
            .set("strict_sni", true);
        Acceptor::new(options).unwrap()
    };
    for version in VERSIONS {
        let client = Client::new(None, version);
        let hello = client.call(Some("one.example"), None).speak();
        for name in [
            &b"one\0example"[..],
            b"\0ne.example",
            b"one.exampl\0",
            b"one.exampl\n",
            b"one.exampl\xe9",
            b"one.exampl ",
            b"127.0.0.011",
            b"...........",
            b".....xample",
            b"*ne.example",
            b"one.exampl%",
        ] {
            let (result, mut connection) = judged(&strict, &renamed(&hello, "one.example", name));
            let error = result.unwrap_err();
            assert_eq!(error.kind(), peercert::Kind::Peer, "{name:?}: {error}");
            assert_eq!(connection.take().first(), Some(&21), "{name:?}: an alert");
            // Without strict_sni it is the default host's, or refused as malformed.
            let lenient = judged(&server, &renamed(&hello, "one.example", name)).0;
            match std::str::from_utf8(name) {
                Ok(name) if !name.contains('\0') => {
                    assert!(lenient.is_ok(), "{name:?}");
                    assert!(
                        ask(&server, &client, Some(name)).error.is_none(),
                        "{name:?}"
                    );
                }
                Ok(_) => assert!(lenient.is_err(), "a NUL"),
                Err(_) => assert!(
                    lenient.is_ok() || lenient.is_err_and(|e| e.kind() == peercert::Kind::Peer)
                ),
            }
        }
    }
}

#[test]
fn names_that_are_too_long_and_addresses_get_the_default_host_or_an_alert() {
    let long = format!("{}.example", vec!["a".repeat(50); 4].join("."));
    let server = Acceptor::new(server(&[("one.example", require()), (&long, require())])).unwrap();
    for version in VERSIONS {
        let client = Client::new(None, version);
        for host in [
            "127.0.0.1",
            "::1",
            "one.example..",
            ".one.example",
            "one_example",
        ] {
            assert!(ask(&server, &client, Some(host)).error.is_none(), "{host}");
        }
        let error = ask(&server, &client, Some(&long)).error.unwrap();
        assert_eq!(error.code(), Code::NoCertificate, "212 octets are a name");
        // The client of a library sends 255 octets at most, or fewer: the rest is made by hand.
        let hello = client.call(Some(&"a".repeat(200)), None).speak();
        for length in [254, 255, 256, 300, 4_000] {
            let (result, mut connection) = judged(&server, &stretched(&hello, 200, length));
            match result {
                Ok(progress) => assert_eq!(progress, Progress::WantRead),
                Err(error) => {
                    assert_eq!(error.kind(), peercert::Kind::Peer, "{length}");
                    assert_eq!(connection.take().first(), Some(&21), "{length}: an alert");
                }
            }
        }
    }
}

/// A ClientHello in one record whose name of `from` times `a` is `to` times that; every length on
/// the way to it is set right.
fn stretched(hello: &[u8], from: usize, to: usize) -> Vec<u8> {
    let old = server_name(&"a".repeat(from));
    let at = hello
        .windows(old.len())
        .position(|bytes| bytes == old)
        .unwrap();
    let mut body = hello.to_vec();
    body.splice(at..at + old.len(), server_name(&"a".repeat(to)));
    let more = to - from;
    let mut raise = |place: usize| {
        let bytes = [body[place], body[place + 1]];
        let length = usize::from(u16::from_be_bytes(bytes)) + more;
        let length = u16::try_from(length).unwrap().to_be_bytes();
        body.splice(place..place + 2, length);
    };
    raise(3); // of the record
    raise(7); // of the message, the lower two of three octets
              // Version, random, session id, cipher suites, compression methods, and then the extensions.
    let mut place = 9 + 2 + 32;
    place += 1 + usize::from(hello[place]);
    place += 2 + usize::from(u16::from_be_bytes([hello[place], hello[place + 1]]));
    place += 1 + usize::from(hello[place]);
    raise(place);
    body
}

#[test]
fn a_second_client_hello_with_another_name_does_not_change_the_host() {
    let hosts = [("one.example", require()), ("two.example", Options::new())];
    let options = server(&hosts).set("groups", OptionValue::from(&["P-256"][..]));
    let server = Acceptor::new(options).unwrap();
    // X25519 comes with a key share, which is not taken: the server asks for P-256 instead.
    let client = Client::with_groups("X25519:P-256", SslVersion::TLS1_3);
    let ask = |first: &str, second: &str| {
        let mut caller = client.call(Some(first), None);
        let mut connection = server.connection().unwrap();
        connection.feed(&caller.speak()).unwrap();
        assert_eq!(connection.handshake().unwrap(), Progress::WantRead);
        caller.hear(&connection.take());
        let again = caller.speak();
        let again = if first == second {
            again
        } else {
            renamed(&again, first, second.as_bytes())
        };
        connection.feed(&again).unwrap();
        let result = connection.handshake();
        let answer = connection.take();
        caller.hear(&answer);
        let rest = caller.speak();
        let result = result.and_then(|_| {
            connection.feed(&rest).unwrap();
            connection.handshake()
        });
        result.map_err(|error| error.code())
    };
    assert_eq!(ask("one.example", "one.example"), Err(Code::NoCertificate));
    assert_eq!(ask("two.example", "two.example"), Ok(Progress::Done(())));
    for (first, second) in [
        ("one.example", "two.example"),
        ("two.example", "one.example"),
    ] {
        let result = ask(first, second);
        assert!(result.is_err(), "{first}, {second}: {result:?}");
    }
}
