//! The C ABI of peercert. `include/peercert.h` is generated from these files, one per noun, and
//! states the grammar of the whole once, at its top.

#![expect(
    unsafe_code,
    reason = "a C ABI; what comes from C passes through `boundary`, whose functions say why that is sound"
)]
#![expect(
    clippy::missing_safety_doc,
    reason = "the grammar at the top of the header states what every caller promises"
)]

#[macro_use]
pub mod boundary;

pub mod acceptor;
pub mod certinfo;
pub mod client;
pub mod connection;
pub mod error;
pub mod export;
pub mod forwarded;
#[cfg(feature = "openssl")]
pub mod host;
pub mod options;
pub mod reload;
pub mod report;
pub mod rules;
pub mod value;
pub mod version;
