//! Gives the shared library its SONAME, major and minor version, which is what the ABI depends on
//! before 1.0; and keeps it in memory for good, because threads run what they have registered with
//! the TLS library inside when they end, which may be after dlclose().

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let part = |name: &str| env::var(format!("CARGO_PKG_VERSION_{name}")).unwrap_or_default();
    let linux = env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux");
    if linux {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
    if linux && env::var("CARGO_FEATURE_CAPI").is_err() {
        let name = format!("libpeercert.so.{}.{}", part("MAJOR"), part("MINOR"));
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,{name}");
    }
}
