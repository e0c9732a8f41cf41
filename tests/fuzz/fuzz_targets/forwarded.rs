//! Any headers of a trusted proxy, of anybody else, and any certificate: read or refused, never a panic;
//! nobody but the proxy is believed, and what is exported stays in its place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use peercert::export::{Details, Exported, Format};
use peercert::forwarded::Forwarded;
use peercert::{Options, Report};
use std::sync::LazyLock;

static PROXIES: LazyLock<Vec<Forwarded>> = LazyLock::new(|| {
    let made = ["rfc9440", "xfcc", "nginx", "apache"].map(|format| {
        let options = Options::new().set("forwarded_format", format).set("forwarded_from", "10.0.0.1");
        Forwarded::new([options]).expect("options")
    });
    made.into()
});

/// Exports in which there is nothing but headers.
const HEADERS: [Format; 3] = [Format::BasicAuth, Format::Rfc9440, Format::Xfcc];

fn export(report: &Report) {
    for format in Format::ALL {
        let told = report.export(*format, &Details::default(), |name, value| {
            assert!(name.bytes().all(|octet| octet.is_ascii_graphic()), "{name:?}");
            if let (true, Exported::Text(text)) = (HEADERS.contains(format), value) {
                assert!(text.bytes().all(|octet| (0x20..0x7f).contains(&octet)), "{text:?}");
            }
        });
        drop(told);
    }
}

fuzz_target!(|data: &[u8]| {
    if let Ok(report) = Report::of_verdict(data, "SUCCESS") {
        export(&report);
    }
    let lines = data.split(|octet| *octet == b'\n').filter_map(|line| {
        let at = line.iter().position(|octet| *octet == b':')?;
        let (name, value) = line.split_at(at);
        Some((std::str::from_utf8(name).ok()?, value.get(1..)?))
    });
    let headers: Vec<(&str, &[u8])> = lines.collect();
    for proxy in PROXIES.iter() {
        if let Ok(Some(report)) = proxy.read("10.0.0.1", headers.iter().copied()) {
            export(&report);
        }
        assert!(matches!(proxy.read("10.0.0.2", headers.iter().copied()), Ok(None)));
    }
});
