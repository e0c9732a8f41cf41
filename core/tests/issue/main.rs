//! What the development authority issues, judged by the `openssl` command.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper of a test fails the test by a panic"
)]

mod bundles;
mod certificates;
mod fields;
mod folder;
mod identity;
mod keys;
mod requests;
mod revocation;
mod scene;
mod staple;
