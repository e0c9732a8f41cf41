//! What the rows on scale need: 10,000 client CAs, a CRL of a million entries, a thousand hosts, and a
//! server and a client to go with them.

use peercert::issue::{Issuer, Purpose, Reason, Revoked, Spec, Subject};
use std::fs;
use std::path::Path;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const CAS: usize = 10_000;
const ENTRIES: u32 = 1_000_000;
const HOSTS: usize = 1_000;

/// 2026-01-01, when everything on the list was revoked.
const REVOKED: i64 = 1_767_225_600;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder] = arguments.as_slice() else {
        return Err("usage: fixtures FOLDER".into());
    };
    let folder = Path::new(folder);
    let servers = Issuer::root(&named("servers' CA"))?;
    let clients = authority(CAS / 2)?;
    leaf(
        &servers,
        Purpose::Server,
        &folder.join("server"),
        "localhost",
    )?;
    leaf(&clients, Purpose::Client, &folder.join("client"), "client")?;
    fs::write(folder.join("client-ca.pem"), clients.certificate_pem())?;
    // The one that a client's chain ends with is in the middle of the others.
    let mut all = String::new();
    for number in 0..CAS {
        let other = (number != CAS / 2).then(|| authority(number)).transpose()?;
        all.push_str(&other.as_ref().unwrap_or(&clients).certificate_pem());
    }
    fs::write(folder.join("client-cas.pem"), all)?;
    let revoked: Vec<Revoked> = (0..ENTRIES).map(entry).collect();
    fs::write(folder.join("crl.pem"), clients.crl(&revoked, 1, 30)?)?;
    let hosts = folder.join("hosts");
    fs::create_dir_all(&hosts)?;
    for number in 0..HOSTS {
        let name = format!("host-{number}.example");
        leaf(&servers, Purpose::Server, &hosts.join(&name), &name)?;
    }
    Ok(())
}

fn named(name: &str) -> Spec {
    Spec {
        subject: Subject::parse(&format!("CN={name},O=Example")).ok(),
        ..Spec::default()
    }
}

fn authority(number: usize) -> Outcome<Issuer> {
    Ok(Issuer::root(&named(&format!(
        "Clients of department {number}"
    )))?)
}

/// Serial numbers of 128 bits in no order, as authorities choose them; none is the client's, which has
/// fewer.
fn entry(number: u32) -> Revoked {
    let digest = openssl::sha::sha256(&number.to_be_bytes());
    let mut serial: Vec<u8> = digest.into_iter().take(18).collect();
    serial.splice(..1, [0x55]);
    Revoked {
        serial,
        time: REVOKED,
        reason: Reason::CessationOfOperation,
    }
}

/// Writes `PLACE.pem` and `PLACE.key`.
fn leaf(issuer: &Issuer, purpose: Purpose, place: &Path, name: &str) -> Outcome<()> {
    let mut spec = named(name);
    if purpose == Purpose::Server {
        spec.dns = vec![name.to_owned()];
    }
    let issued = issuer.issue(purpose, &spec)?;
    let file = |end| format!("{}.{end}", place.display());
    fs::write(file("pem"), issued.chain_pem())?;
    fs::write(file("key"), issued.key_pem.unwrap_or_default())?;
    Ok(())
}
