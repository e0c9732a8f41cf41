//! What a server sees that asks for the certificate after the handshake.

#![expect(
    clippy::unwrap_used,
    reason = "a scene that cannot be set ends the test"
)]

use openssl::ssl::SslVersion;
use peercert::{Acceptor, Code, Options};
use peercert_tests::client::Client;
use peercert_tests::dialogue::Dialogue;
use peercert_tests::path;

fn options(mode: &str, later: &str) -> Options {
    let options = Options::new()
        .set("certificate", path("pki/live/server.pem"))
        .set("key", path("pki/live/server.key"))
        .set("client_cert_mode", mode);
    if later == "none" {
        return options;
    }
    options
        .set("client_cert_later", later)
        .set("client_ca_file", path("pki/live/client-cas.pem"))
}

#[cfg(not(feature = "aws-lc"))]
fn code<T>(result: peercert::Result<T>) -> Option<Code> {
    result.err().map(|error| error.code())
}

#[cfg(feature = "aws-lc")]
#[test]
fn aws_lc_says_that_it_cannot_ask_later() {
    let error = Acceptor::new(options("none", "require")).err().unwrap();
    assert_eq!(error.code(), Code::UnsupportedOption);
    for version in [SslVersion::TLS1_2, SslVersion::TLS1_3] {
        let client = Client::new(Some("good"), version);
        let acceptor = Acceptor::new(options("none", "none")).unwrap();
        let mut dialogue = Dialogue::begin(&client, &acceptor, true, None);
        let error = dialogue.server.request_certificate().unwrap_err();
        assert_eq!(error.code(), Code::Unsupported);
        assert!(error
            .message()
            .contains("not supported by this TLS library"));
        assert_still_there(&mut dialogue);
    }
}

/// The connection goes on: each reads what the other writes.
fn assert_still_there(dialogue: &mut Dialogue) {
    dialogue.say(b"ping");
    dialogue.tell();
    let mut buffer = [0; 16];
    let read = dialogue.server.read(&mut buffer);
    assert!(matches!(read, Ok(peercert::Progress::Done(4))), "{read:?}");
    dialogue.received.clear();
    dialogue.server.write(b"pong").unwrap();
    dialogue.listen();
    assert_eq!(dialogue.received, b"pong");
}

#[cfg(not(feature = "aws-lc"))]
mod openssl_asks {
    use super::*;
    use peercert::json::Writer;
    use peercert::{Kind, OptionValue, Progress, Report, Wait};
    use peercert_tests::{option, rows, vectors};
    use serde_json::{Map, Value};
    use std::os::unix::net::UnixStream;
    use std::sync::{Arc, Mutex};

    fn good() -> Client {
        Client::new(Some("good"), SslVersion::TLS1_3)
    }

    fn begin(client: &Client, mode: &str, later: &str) -> Dialogue {
        let acceptor = Acceptor::new(options(mode, later)).unwrap();
        Dialogue::begin(client, &acceptor, true, None)
    }

    fn details(dialogue: &Dialogue) -> Value {
        let mut writer = Writer::default();
        dialogue.server.details(&mut writer).unwrap();
        serde_json::from_str(&writer.finish()).unwrap()
    }

    fn counters(acceptor: &Acceptor) -> Value {
        let mut writer = Writer::default();
        acceptor.counters(&mut writer);
        serde_json::from_str(&writer.finish()).unwrap()
    }

    #[test]
    fn a_new_report_replaces_the_old_one_and_a_snapshot_does_not_change() {
        let mut dialogue = begin(&good(), "none", "require");
        let before = dialogue.server.clientcert().unwrap().clone();
        assert_eq!(details(&dialogue)["clientcert"]["verifyresult"], "absent");
        dialogue.ask().unwrap();
        let after = dialogue.server.clientcert().unwrap().clone();
        assert_eq!((before.verifycode(), before.present()), ("ABSENT", false));
        assert!(after.verified() && after.anchor().is_some() && !after.resumed());
        assert_eq!(after.chain().map(<[_]>::len), Some(1));
        let details = details(&dialogue);
        assert_eq!(details["clientcert"]["verified"], true);
        assert_eq!(details["signaturescheme"], "ecdsa_secp256r1_sha256");
        assert_still_there(&mut dialogue);
    }

    /// What the report on somebody says of the keys that a row has.
    fn shown(report: &Report, row: &Value, found: &mut Map<String, Value>) {
        let told: Value = serde_json::from_str(&report.json()).unwrap();
        let pick = |from: &Value| {
            let keys = row["clientcert"].as_object().unwrap().keys();
            let picked = keys.filter_map(|key| Some((key.clone(), from.get(key)?.clone())));
            Value::Object(picked.collect())
        };
        found.insert("clientcert".into(), pick(&told));
    }

    #[test]
    fn whoever_answers_later_meets_what_its_row_says_of_a_handshake() {
        let vectors = vectors("clientcert.json");
        let (mut ran, mut wrong) = (0, Vec::new());
        for row in rows(&vectors)
            .filter(|row| row["tls"] == "1.3" && row["session"] == "fresh" && row["mode"] != "none")
        {
            let name = row["client"].as_str();
            let mut options = options("none", row["mode"].as_str().unwrap());
            let own = vectors["options"][name.unwrap_or("")].as_object();
            for (key, value) in own.into_iter().flatten() {
                options.push(key, option(value));
            }
            let acceptor = Acceptor::new(options).unwrap();
            let client = Client::new(name, SslVersion::TLS1_3);
            let mut dialogue = Dialogue::begin(&client, &acceptor, true, None);
            let mut found = Map::new();
            match dialogue.ask() {
                Ok(()) => {
                    found.insert("outcome".into(), "accepted".into());
                    shown(dialogue.server.clientcert().unwrap(), row, &mut found);
                }
                Err(error) => {
                    found.insert("outcome".into(), "refused".into());
                    found.insert("alert".into(), dialogue.alert.into());
                    found.insert("error".into(), error.code().name().into());
                    assert_eq!(code(dialogue.server.clientcert()), Some(error.code()));
                    if let Some(report) = error.clientcert() {
                        shown(report, row, &mut found);
                    }
                }
            }
            for (key, value) in &found {
                if row[key] != *value {
                    wrong.push(format!("{row}\n  {key}: {value}"));
                }
            }
            ran += 1;
        }
        assert!(ran > 100, "{ran}");
        assert!(
            wrong.is_empty(),
            "{} of {ran}:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
    }

    #[test]
    fn who_is_refused_later_is_told_of_and_counted_beside_its_handshake() {
        for (name, verifycode, alert) in [
            (None, "ABSENT", 116),
            (Some("expired"), "CERT_HAS_EXPIRED", 45),
            (
                Some("unknown-leaf"),
                "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
                48,
            ),
        ] {
            let told = Arc::new(Mutex::new(Vec::new()));
            let list = told.clone();
            let acceptor = Acceptor::new(options("none", "require")).unwrap();
            let acceptor =
                acceptor.on_refusal(move |error| list.lock().unwrap().push(error.clone()));
            let client = Client::new(name, SslVersion::TLS1_3);
            let mut dialogue = Dialogue::begin(&client, &acceptor, true, None);
            let error = dialogue.ask().unwrap_err();
            assert_eq!((error.kind(), dialogue.alert), (Kind::Peer, Some(alert)));
            assert_eq!(error.clientcert().unwrap().verifycode(), verifycode);
            let again = [
                code(dialogue.server.handshake()),
                code(dialogue.server.read(&mut [0; 8])),
                code(dialogue.server.write(b"x")),
                code(dialogue.server.clientcert()),
                code(dialogue.server.request_certificate()),
            ];
            assert_eq!(again, [Some(error.code()); 5]);
            let told = told.lock().unwrap();
            assert_eq!(told.len(), 1);
            assert_eq!(told[0].clientcert().unwrap().verifycode(), verifycode);
            let counters = counters(&acceptor);
            assert_eq!(
                (&counters["done"], &counters["inflight"]),
                (&1.into(), &0.into())
            );
            let refused = &counters["refused"][0];
            assert!(refused.to_string().contains(verifycode), "{counters}");
        }
    }

    #[test]
    fn a_refusal_takes_back_what_was_known_before() {
        let options = options("request", "require");
        let acceptor = Acceptor::new(options).unwrap();
        let mut dialogue = Dialogue::begin(&good(), &acceptor, true, None);
        assert!(dialogue.server.clientcert().unwrap().verified());
        dialogue.forget_certificate();
        assert_eq!(code(dialogue.ask()), Some(Code::NoCertificate));
        assert_eq!(
            code(dialogue.server.clientcert()),
            Some(Code::NoCertificate)
        );
    }

    #[test]
    fn the_second_answer_replaces_the_first() {
        let mut dialogue = begin(&good(), "none", "optional");
        dialogue.ask().unwrap();
        let first = dialogue.server.clientcert().unwrap().clone();
        dialogue.forget_certificate();
        dialogue.ask().unwrap();
        let second = dialogue.server.clientcert().unwrap();
        assert!(first.verified());
        assert_eq!(second.verifycode(), "ABSENT");
        assert!(details(&dialogue).get("signaturescheme").is_none());
    }

    #[test]
    fn data_before_the_answer_stays_readable_in_its_order() {
        let mut dialogue = begin(&good(), "none", "require");
        dialogue.say(b"before the request ");
        assert!(dialogue.server.request_certificate().is_ok());
        dialogue.say(b"after it ");
        dialogue.listen();
        dialogue.say(b"after the answer");
        dialogue.tell();
        assert!(matches!(
            dialogue.server.handshake(),
            Ok(Progress::Done(()))
        ));
        assert!(dialogue.server.clientcert().unwrap().verified());
        let mut read = Vec::new();
        let mut buffer = [0; 7];
        while let Ok(Progress::Done(count)) = dialogue.server.read(&mut buffer) {
            read.extend_from_slice(&buffer[..count]);
            assert!(!read.is_empty());
        }
        assert_eq!(read, b"before the request after it after the answer");
    }

    #[test]
    fn reading_takes_the_answer_too_in_whatever_pieces_it_comes() {
        for piece in [1, 7, 100, usize::MAX] {
            let mut dialogue = begin(&good(), "none", "require");
            assert!(dialogue.server.request_certificate().is_ok());
            dialogue.listen();
            dialogue.say(b"hello");
            let mut read = Vec::new();
            for part in dialogue.spoken().chunks(piece) {
                dialogue.server.feed(part).unwrap();
                // In the middle of an answer nothing can be written; afterwards it can.
                let written = dialogue.server.write(b"w").unwrap();
                assert!(matches!(written, Progress::Done(1) | Progress::WantRead));
                let mut buffer = [0; 16];
                while let Progress::Done(count) = dialogue.server.read(&mut buffer).unwrap() {
                    assert!(
                        dialogue.server.clientcert().unwrap().verified(),
                        "before the data"
                    );
                    read.extend_from_slice(&buffer[..count]);
                }
            }
            assert_eq!(read, b"hello", "pieces of {piece}");
            assert!(matches!(
                dialogue.server.handshake(),
                Ok(Progress::Done(()))
            ));
        }
    }

    #[test]
    fn a_refusal_shows_in_whatever_call_meets_it() {
        type Call = fn(&mut Dialogue) -> Option<Code>;
        let calls: [Call; 3] = [
            |dialogue| {
                dialogue.tell();
                code(dialogue.server.handshake())
            },
            |dialogue| {
                dialogue.tell();
                code(dialogue.server.read(&mut [0; 8]))
            },
            |dialogue| {
                // The library reads on before it writes only in the middle of an answer.
                let bytes = dialogue.spoken();
                let record = 5 + usize::from(u16::from_be_bytes([bytes[3], bytes[4]]));
                let (first, rest) = bytes.split_at(record);
                assert!(!rest.is_empty());
                dialogue.server.feed(first).unwrap();
                dialogue.server.read(&mut [0; 8]).unwrap();
                dialogue.server.feed(rest).unwrap();
                code(dialogue.server.write(b"x"))
            },
        ];
        for call in calls {
            // Its certificates fill more than one record.
            let client = Client::repeating(Some("expired"), SslVersion::TLS1_3, 60);
            let mut dialogue = begin(&client, "none", "require");
            assert!(dialogue.server.request_certificate().is_ok());
            dialogue.listen();
            assert_eq!(call(&mut dialogue), Some(Code::CertificateRefused));
            dialogue.listen();
            assert_eq!(dialogue.alert, Some(45));
        }
    }

    #[test]
    fn a_request_waits_until_there_is_room_for_it() {
        let mut dialogue = begin(&good(), "none", "require");
        let mut sent = 0;
        while let Ok(Progress::Done(count)) = dialogue.server.write(&[7; 16_384]) {
            sent += count;
        }
        let asked = dialogue.server.request_certificate();
        assert!(matches!(asked, Ok(Progress::WantWrite)), "{asked:?}");
        let shaken = dialogue.server.handshake();
        assert!(matches!(shaken, Ok(Progress::WantWrite)), "{shaken:?}");
        assert!(!dialogue.server.clientcert().unwrap().present());
        dialogue.received.clear();
        while !matches!(dialogue.server.handshake(), Ok(Progress::Done(()))) {
            dialogue.listen();
            dialogue.tell();
        }
        assert_eq!(dialogue.received.len(), sent);
        assert!(dialogue.server.clientcert().unwrap().verified());
        assert_still_there(&mut dialogue);
    }

    #[test]
    fn who_sends_data_without_end_and_no_answer_is_held_back() {
        let mut dialogue = begin(&good(), "none", "require");
        for _ in 0..3 {
            dialogue.say(&[b'x'; 64 * 1_024]);
        }
        let sent = dialogue.spoken();
        assert!(dialogue.server.request_certificate().is_ok());
        dialogue.server.feed(&sent).unwrap();
        for _ in 0..3 {
            assert_eq!(code(dialogue.server.handshake()), Some(Code::InputFull));
            assert!(dialogue.server.pending() >= 128 * 1_024);
        }
        // Nothing is lost, and the answer is still welcome.
        let (mut count, mut buffer) = (0, [0; 10_000]);
        while let Progress::Done(more) = dialogue.server.read(&mut buffer).unwrap() {
            count += more;
        }
        assert_eq!(count, 3 * 64 * 1_024);
        dialogue.listen();
        dialogue.tell();
        assert!(matches!(
            dialogue.server.handshake(),
            Ok(Progress::Done(()))
        ));
    }

    #[test]
    fn who_says_goodbye_instead_has_not_answered() {
        let mut dialogue = begin(&good(), "none", "optional");
        dialogue.say(b"bye");
        dialogue.say_goodbye();
        assert!(dialogue.server.request_certificate().is_ok());
        dialogue.tell();
        for _ in 0..2 {
            assert_eq!(code(dialogue.server.handshake()), Some(Code::PeerClosed));
        }
        let mut buffer = [0; 8];
        assert!(matches!(
            dialogue.server.read(&mut buffer),
            Ok(Progress::Done(3))
        ));
        assert!(matches!(
            dialogue.server.read(&mut buffer),
            Ok(Progress::Done(0))
        ));
        assert_eq!(
            code(dialogue.server.request_certificate()),
            Some(Code::Closed)
        );
    }

    #[test]
    fn who_is_gone_instead_is_a_closed_connection() {
        let mut dialogue = begin(&good(), "none", "optional");
        assert!(dialogue.server.request_certificate().is_ok());
        dialogue.server.feed_eof();
        let error = dialogue.server.handshake().unwrap_err();
        assert_eq!(error.code(), Code::PeerClosed);
        assert!(
            error.message().contains("request for its certificate"),
            "{error}"
        );
    }

    #[test]
    fn what_cannot_be_asked_for_is_said_and_the_connection_goes_on() {
        let old = Client::new(Some("good"), SslVersion::TLS1_2);
        for (client, answers, later, expected) in [
            (&old, true, "require", Code::Unsupported),
            (&good(), false, "require", Code::Unsupported),
            (&good(), true, "none", Code::MissingOption),
        ] {
            let acceptor = Acceptor::new(options("none", later)).unwrap();
            let mut dialogue = Dialogue::begin(client, &acceptor, answers, None);
            for _ in 0..2 {
                assert_eq!(code(dialogue.server.request_certificate()), Some(expected));
            }
            assert!(matches!(
                dialogue.server.handshake(),
                Ok(Progress::Done(()))
            ));
            assert_eq!(dialogue.server.clientcert().unwrap().verifycode(), "ABSENT");
            assert_still_there(&mut dialogue);
        }
        let acceptor = Acceptor::new(options("none", "require")).unwrap();
        let mut fresh = acceptor.connection().unwrap();
        assert_eq!(
            code(fresh.request_certificate()),
            Some(Code::HandshakePending)
        );
        let mut dialogue = begin(&good(), "none", "require");
        assert!(dialogue.server.request_certificate().is_ok());
        assert_eq!(
            code(dialogue.server.request_certificate()),
            Some(Code::RequestPending)
        );
        dialogue.listen();
        dialogue.tell();
        assert!(matches!(
            dialogue.server.handshake(),
            Ok(Progress::Done(()))
        ));
        assert!(dialogue.server.close().is_ok());
        assert_eq!(
            code(dialogue.server.request_certificate()),
            Some(Code::Closed)
        );
    }

    #[test]
    fn sessions_do_not_tell_of_the_answer() {
        let acceptor = Acceptor::new(options("none", "require")).unwrap();
        let client = good();
        let mut dialogue = Dialogue::begin(&client, &acceptor, true, None);
        let before = dialogue.session().unwrap();
        dialogue.ask().unwrap();
        assert_still_there(&mut dialogue);
        assert!(dialogue.session().is_none(), "no ticket after the answer");
        let mut resumed = Dialogue::begin(&client, &acceptor, true, Some(&before));
        assert!(resumed.server.resumed());
        assert_eq!(resumed.server.clientcert().unwrap().verifycode(), "ABSENT");
        // It can be asked again: what it sends is of now, though the session is not.
        resumed.ask().unwrap();
        let report = resumed.server.clientcert().unwrap();
        assert!(report.verified() && !report.resumed() && report.chain().is_some());
        let details = details(&resumed);
        assert_eq!(details["resumed"], true);
        assert_eq!(details["signaturescheme"], "ecdsa_secp256r1_sha256");
    }

    #[test]
    fn over_a_socket_a_client_that_never_answers_ends_in_a_time_out() {
        for flood in [false, true] {
            let options =
                options("none", "require").set("handshake_timeout", OptionValue::Number(0.2));
            let acceptor = Acceptor::new(options).unwrap();
            let (ours, theirs) = UnixStream::pair().unwrap();
            let client = std::thread::spawn(move || Dialogue::silent(&good(), theirs, flood));
            let socket = acceptor.accept(ours).unwrap();
            let error = socket.request_certificate(Wait::Forever).unwrap_err();
            let expected = if flood {
                Code::InputFull
            } else {
                Code::Timeout
            };
            assert_eq!(error.code(), expected, "{error}");
            assert_eq!(
                socket.connection().clientcert().unwrap().verifycode(),
                "ABSENT"
            );
            drop(socket);
            client.join().unwrap();
        }
    }
}
