//! Reads every certificate of folders and files, and compares with the `openssl` command.
//!
//! `corpus [--manifest FILE] PATH ...`: PATH is a file (PEM with any number of certificates, or DER)
//! or a folder of such files. For each certificate subject, issuer, serial, dates and fingerprint
//! must be what `openssl x509` prints, and what it cannot read must be refused with a code.
//! Prints one line per difference with its reason, then counts. Ends with 1 on a difference without
//! a reason, a panic, or a certificate that takes longer than 50 ms.

use peercert::schema::Sink;
use peercert::value::{Builder, Value};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Fingerprints of what OpenSSL 3.0.22 reads and 3.0.19 does not.
const NEWER_OPENSSL_READS: [&str; 2] = [
    "4af0943d86be633decf56ea311d8227b0b96649212075d21a7f09db03182a9be",
    "27b8c6c7228af07e168120181e3bf7206749cdf4e18d2edf9006bf19a031b128",
];
const SLOW: Duration = Duration::from_millis(50);

/// One certificate: where it is from, and its bytes.
struct Input {
    from: String,
    bytes: Vec<u8>,
}

#[derive(Default)]
struct Tally {
    counts: BTreeMap<String, usize>,
    lines: Vec<String>,
    slowest: Duration,
    failed: bool,
}

impl Tally {
    fn count(&mut self, what: &str) {
        *self.counts.entry(what.to_owned()).or_default() += 1;
    }

    fn difference(&mut self, from: &str, text: String, reason: Option<&str>) {
        self.count(reason.unwrap_or("UNEXPLAINED"));
        self.failed |= reason.is_none();
        let reason = reason.unwrap_or("UNEXPLAINED");
        self.lines.push(format!("{from}: {text} [{reason}]"));
    }
}

fn main() -> ExitCode {
    let inputs: Vec<Input> = std::env::args_os()
        .skip(1)
        .map(PathBuf::from)
        .flat_map(|path| inputs(&path))
        .collect();
    let next = AtomicUsize::new(0);
    let tally = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(input) = inputs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    compare(input, &tally);
                }
            });
        }
    });
    let tally = tally
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut out = std::io::stdout().lock();
    let mut report = tally.lines.join("\n");
    for (what, count) in &tally.counts {
        report.push_str(&format!("\n{count:6} {what}"));
    }
    report.push_str(&format!(
        "\n{:6} certificates; the slowest took {} us\n",
        inputs.len(),
        tally.slowest.as_micros()
    ));
    let written = out.write_all(report.as_bytes());
    if tally.failed || written.is_err() || inputs.is_empty() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// The certificates of a file or of all files under a folder.
fn inputs(path: &Path) -> Vec<Input> {
    if path.is_dir() {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(path)
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        paths.sort();
        return paths.iter().flat_map(|path| inputs(path)).collect();
    }
    let is_certificate = path.extension().is_some_and(|ending| {
        ["pem", "crt", "cer", "der", "0"]
            .iter()
            .any(|known| ending == *known)
    });
    let data = if is_certificate {
        std::fs::read(path).unwrap_or_default()
    } else {
        Vec::new()
    };
    let name = path.display();
    if data.first() == Some(&0x30) {
        return vec![Input {
            from: name.to_string(),
            bytes: data,
        }];
    }
    const END: &str = "-----END CERTIFICATE-----";
    let text = String::from_utf8_lossy(&data);
    let blocks = text.split("-----BEGIN CERTIFICATE-----").skip(1);
    blocks
        .enumerate()
        .filter_map(|(at, block)| {
            let (body, _) = block.split_once(END)?;
            let pem = format!("-----BEGIN CERTIFICATE-----{body}{END}\n");
            Some(Input {
                from: format!("{name}#{at}"),
                bytes: pem.into_bytes(),
            })
        })
        .collect()
}

fn compare(input: &Input, tally: &Mutex<Tally>) {
    let started = Instant::now();
    let ours = std::panic::catch_unwind(|| {
        peercert::certinfo(&input.bytes).map(|certificate| {
            let mut builder = Builder::default();
            builder.begin_dict();
            certificate.describe(&mut builder);
            builder.end();
            builder.finish()
        })
    });
    let took = started.elapsed();
    let theirs = openssl(&input.bytes);
    let mut tally = tally
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    tally.slowest = tally.slowest.max(took);
    if took > SLOW {
        tally.difference(&input.from, format!("took {took:?}"), None);
    }
    match (ours, theirs) {
        (Err(_), _) => tally.difference(&input.from, "panic".to_owned(), None),
        (Ok(Err(_)), None) => tally.count("refused by both"),
        (Ok(Err(error)), Some(_)) => {
            tally.difference(&input.from, format!("refused: {error}"), None)
        }
        (Ok(Ok(found)), None) => {
            let fingerprint = found
                .as_ref()
                .and_then(|found| found.get("fingerprint")?.as_text());
            let reason = NEWER_OPENSSL_READS
                .contains(&fingerprint.unwrap_or_default())
                .then_some("OpenSSL before 3.0.20 refuses an empty value with a long length");
            tally.difference(&input.from, "openssl refuses it".to_owned(), reason);
        }
        (Ok(Ok(found)), Some(theirs)) => {
            tally.count("read by both");
            fields(
                input,
                &found.unwrap_or(Value::Flag(false)),
                &theirs,
                &mut tally,
            );
        }
    }
}

fn fields(input: &Input, ours: &Value, theirs: &BTreeMap<String, Vec<u8>>, tally: &mut Tally) {
    let (from, bytes) = (input.from.as_str(), input.bytes.as_slice());
    let keys = [
        ("subject", "subject"),
        ("issuer", "issuer"),
        ("serial", "serial"),
        ("notbefore", "notBefore"),
        ("notafter", "notAfter"),
        ("fingerprint", "sha256 Fingerprint"),
        ("subjectdn", "subjectdn"),
        ("issuerdn", "issuerdn"),
    ];
    for (key, name) in keys {
        let ours_text = ours.get(key).and_then(Value::as_text).unwrap_or_default();
        let mut expected = theirs.get(name).cloned().unwrap_or_default();
        if key == "fingerprint" {
            expected.retain(|octet| *octet != b':');
            expected.make_ascii_lowercase();
        }
        if ours_text.as_bytes() != expected.as_slice() {
            let expected = String::from_utf8_lossy(&expected).into_owned();
            let reason = reason(key, ours_text, &expected, bytes);
            tally.difference(
                from,
                format!("{key}: ours {ours_text:?}, openssl {expected:?}"),
                reason,
            );
        } else {
            tally.count(&format!("{key} equal"));
        }
    }
}

/// Why an answer is meant to differ.
fn reason(key: &str, ours: &str, theirs: &str, bytes: &[u8]) -> Option<&'static str> {
    match key {
        "serial" if ours == "0" && theirs == "00" => Some("zero is `0`"),
        "fingerprint" if !is_der(bytes) => {
            Some("not DER: OpenSSL's digest is of its own encoding, ours of the bytes")
        }
        _ => None,
    }
}

/// OpenSSL's own encoding of the certificate is the certificate.
fn is_der(bytes: &[u8]) -> bool {
    let ours = peercert::certinfo(bytes).map(|certificate| certificate.der().to_vec());
    let theirs = run(bytes, &["-inform", format(bytes), "-outform", "DER"]);
    ours.is_ok_and(|ours| Some(ours) == theirs)
}

fn format(bytes: &[u8]) -> &'static str {
    if bytes.first() == Some(&0x30) {
        "DER"
    } else {
        "PEM"
    }
}

/// What the command prints; nothing when it cannot read the certificate.
fn openssl(bytes: &[u8]) -> Option<BTreeMap<String, Vec<u8>>> {
    let format = format(bytes);
    let oneline = run(
        bytes,
        &[
            "-inform",
            format,
            "-noout",
            "-nameopt",
            "oneline",
            "-subject",
            "-issuer",
            "-serial",
            "-startdate",
            "-enddate",
            "-fingerprint",
            "-sha256",
        ],
    )?;
    let dn = run(
        bytes,
        &[
            "-inform",
            format,
            "-noout",
            "-nameopt",
            "RFC2253,-esc_msb,utf8",
            "-subject",
            "-issuer",
        ],
    )?;
    let mut found = lines(&unwrapped(oneline), "");
    found.extend(lines(&dn, "dn"));
    Some(found)
}

/// The command breaks a serial number of more than 35 octets with a backslash.
fn unwrapped(output: Vec<u8>) -> Vec<u8> {
    let broken = output.starts_with(b"serial=") || output.windows(8).any(|w| w == b"\nserial=");
    let mut out: Vec<u8> = Vec::with_capacity(output.len());
    let mut in_serial = false;
    for line in output.split_inclusive(|octet| *octet == b'\n') {
        in_serial = broken && (line.starts_with(b"serial=") || in_serial);
        match line.strip_suffix(b"\\\n") {
            Some(part) if in_serial => out.extend_from_slice(part),
            _ => {
                out.extend_from_slice(line);
                in_serial = false;
            }
        }
    }
    out
}

fn run(bytes: &[u8], arguments: &[&str]) -> Option<Vec<u8>> {
    let mut child = Command::new("openssl")
        .arg("x509")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // A child that refuses early closes the pipe; its exit status tells.
    let _ = child.stdin.take()?.write_all(bytes);
    let output = child.wait_with_output().ok()?;
    (output.status.success() || !output.stdout.is_empty()).then_some(output.stdout)
}

fn lines(output: &[u8], suffix: &str) -> BTreeMap<String, Vec<u8>> {
    output
        .split(|octet| *octet == b'\n')
        .filter_map(|line| {
            let at = line.iter().position(|octet| *octet == b'=')?;
            let (name, value) = line.split_at_checked(at)?;
            Some((
                String::from_utf8_lossy(name).into_owned() + suffix,
                value.get(1..)?.to_vec(),
            ))
        })
        .collect()
}
