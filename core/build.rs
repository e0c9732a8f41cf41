//! Tells the code which TLS library the `openssl-sys` crate really found, so that the backend
//! follows the library that is linked and not the feature that asked for it.

use std::env;

fn main() {
    println!("cargo:rustc-check-cfg=cfg(awslc)");
    println!("cargo:rerun-if-changed=build.rs");
    let awslc = env::var("DEP_OPENSSL_AWSLC").is_ok();
    if awslc {
        println!("cargo:rustc-cfg=awslc");
    }
    let asked = env::var("CARGO_FEATURE_AWS_LC").is_ok();
    if asked != awslc {
        println!(
            "cargo:warning=the openssl crate was built with {}, though the features ask for {}; \
             another crate in the dependency graph decides it",
            if awslc { "AWS-LC" } else { "OpenSSL" },
            if asked { "AWS-LC" } else { "OpenSSL" },
        );
    }
}
