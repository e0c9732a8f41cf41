//! This file is about how the module is linked: Lua's symbols are left to the interpreter that loads it,
//! and it stays loaded when a Lua state that loaded it ends.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "macos") {
        // Its linker wants to know all symbols otherwise.
        println!("cargo:rustc-cdylib-link-arg=-undefined");
        println!("cargo:rustc-cdylib-link-arg=dynamic_lookup");
    } else {
        // The TLS library has a destructor of each thread's data, which a thread calls that ends after
        // its Lua state: the code has to be there.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
