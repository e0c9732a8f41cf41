//! Any bytes as a file of rules: compiled or refused, never a panic or a hang; and whoever they make a
//! user of has a plain name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use peercert::{Report, Rules};
use std::sync::LazyLock;

static CALLERS: LazyLock<Vec<Report>> = LazyLock::new(|| {
    let good = include_bytes!("../../pki/live/good.pem");
    ["SUCCESS", "FAILED:certificate has expired"]
        .iter()
        .map(|verdict| Report::of_verdict(good, verdict).expect("a certificate"))
        .collect()
});

fuzz_target!(|data: &[u8]| {
    let Ok(rules) = Rules::new(data.to_vec()) else { return };
    for caller in CALLERS.iter() {
        let explained = rules.explain(caller);
        drop(explained);
        let Ok(identity) = rules.identify(caller) else { continue };
        for name in std::iter::once(identity.user()).chain(identity.groups().iter().map(AsRef::as_ref)) {
            assert!((1..=256).contains(&name.len()), "{name:?}");
            assert!(!name.chars().any(char::is_control), "{name:?}");
        }
    }
});
