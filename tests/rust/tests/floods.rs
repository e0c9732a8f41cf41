//! What a server does with a client that never stops asking for new keys (TLS 1.3, KeyUpdate).

#![expect(
    clippy::unwrap_used,
    reason = "a scene that cannot be set ends the test"
)]

use openssl::ssl::SslVersion;
use peercert::{Acceptor, Connection, Kind, Options, Progress};
use peercert_tests::client::{Caller, Client};
use peercert_tests::path;

const REQUESTS: usize = 5_000;

/// The most that may wait for the peer, in octets: what the engine accepts, and one record.
const LIMIT: usize = (256 + 17) * 1_024;

fn connected() -> (Caller, Connection) {
    let options = Options::new()
        .set("certificate", path("pki/live/server.pem"))
        .set("key", path("pki/live/server.key"));
    let server = Acceptor::new(options).unwrap();
    let mut caller = Client::new(None, SslVersion::TLS1_3).call(None, None);
    let mut connection = server.connection().unwrap();
    caller.talk(&mut connection);
    (caller, connection)
}

/// Reads all that is there; how many octets of plaintext, or that the connection has ended.
fn read(connection: &mut Connection) -> Option<usize> {
    let (mut room, mut total) = ([0; 1_024], 0);
    loop {
        match connection.read(&mut room) {
            Ok(Progress::Done(count)) => total += count,
            Ok(_) => return Some(total),
            Err(error) => {
                assert_eq!(error.kind(), Kind::Peer, "{error}");
                return None;
            }
        }
    }
}

#[test]
fn a_flood_of_key_updates_is_answered_with_no_more_than_it_brings() {
    let (mut caller, mut connection) = connected();
    let (mut sent, mut answered, mut heard) = (0, 0, 0);
    for round in 0..REQUESTS {
        let request = caller.update_keys(b"x");
        sent += request.len();
        connection.feed(&request).unwrap();
        let Some(count) = read(&mut connection) else {
            assert!(round > 10, "a few updates are what anybody may ask for");
            return;
        };
        heard += count;
        if round % 2 == 0 {
            assert_eq!(connection.write(b"y").unwrap(), Progress::Done(1));
        }
        let answer = connection.take();
        answered += answer.len();
        caller.hear(&answer);
    }
    assert_eq!(
        heard,
        "ping".len() + REQUESTS,
        "every word between the updates"
    );
    assert!(answered <= 2 * sent, "{answered} for {sent}");
    // It goes on: the keys of both sides are still the same ones.
    connection.feed(&caller.say(b"the end")).unwrap();
    assert_eq!(read(&mut connection), Some(7));
}

#[test]
fn a_flood_whose_answers_nobody_takes_fills_no_memory() {
    let (mut caller, mut connection) = connected();
    for _ in 0..REQUESTS {
        let request = caller.update_keys(b"x");
        connection.feed(&request).unwrap();
        if read(&mut connection).is_none() {
            break;
        }
    }
    assert!(connection.take().len() <= LIMIT);
}

#[test]
fn a_flood_that_arrives_at_once_waits_until_its_answers_are_taken() {
    let (mut caller, mut connection) = connected();
    // OpenSSL's client asks alone, which AWS-LC's cannot.
    let words = if cfg!(feature = "aws-lc") {
        &b"x"[..]
    } else {
        b""
    };
    let (mut requests, mut asked) = (Vec::new(), 0);
    while requests.len() < 1_024 * 1_024 {
        requests.extend(caller.update_keys(words));
        asked += 1;
    }
    let mut heard = read(&mut connection).unwrap();
    let mut rest = requests.chunks(64 * 1_024).peekable();
    while rest
        .peek()
        .is_some_and(|part| connection.feed(part).is_ok())
    {
        rest.next();
        heard += read(&mut connection).unwrap();
    }
    let mut answered = connection.take();
    assert!(answered.len() <= LIMIT, "{} octets", answered.len());
    loop {
        heard += read(&mut connection).unwrap();
        let answer = connection.take();
        answered.extend_from_slice(&answer);
        if let Some(part) = rest.peek() {
            connection.feed(part).unwrap();
            rest.next();
        } else if answer.is_empty() {
            break;
        }
    }
    assert_eq!(heard, "ping".len() + asked * words.len());
    // It goes on, when the client has heard all of it.
    caller.hear(&answered);
    connection.feed(&caller.say(b"the end")).unwrap();
    assert_eq!(read(&mut connection), Some(7));
}
