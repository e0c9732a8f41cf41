//! Fields that cannot be: each is named by its error.

use crate::scene::named;
use peercert::issue::{Issuer, KeyKind, Purpose, Spec};
use peercert::Code;

#[test]
fn every_field_that_cannot_be_is_named_by_its_error() {
    let ca = Issuer::root(&Spec::default()).unwrap();
    let list = |text: &str| vec![text.to_owned()];
    let bad: Vec<(&str, Spec)> = vec![
        ("subject", Spec::default()),
        (
            "days",
            Spec {
                days: Some(0),
                ..named("a")
            },
        ),
        (
            "days",
            Spec {
                days: Some(-1),
                ..named("a")
            },
        ),
        (
            "days",
            Spec {
                days: Some(i64::MAX),
                ..named("a")
            },
        ),
        (
            "days",
            Spec {
                days: Some(1),
                not_after: Some(1),
                ..named("a")
            },
        ),
        (
            "not_after",
            Spec {
                not_before: Some(10),
                not_after: Some(10),
                ..named("a")
            },
        ),
        (
            "not_after",
            Spec {
                not_before: Some(i64::MIN),
                not_after: Some(10),
                ..named("a")
            },
        ),
        (
            "dns",
            Spec {
                dns: list(""),
                ..named("a")
            },
        ),
        (
            "dns",
            Spec {
                dns: list("a b"),
                ..named("a")
            },
        ),
        (
            "dns",
            Spec {
                dns: list("a\0.b"),
                ..named("a")
            },
        ),
        (
            "dns",
            Spec {
                dns: list("a.*.b"),
                ..named("a")
            },
        ),
        (
            "dns",
            Spec {
                dns: list("127.0.0.1"),
                ..named("a")
            },
        ),
        (
            "dns",
            Spec {
                dns: list("münchen.de"),
                ..named("a")
            },
        ),
        (
            "email",
            Spec {
                email: list("alice"),
                ..named("a")
            },
        ),
        (
            "email",
            Spec {
                email: list("a@b@c"),
                ..named("a")
            },
        ),
        (
            "email",
            Spec {
                email: list("a@b\n"),
                ..named("a")
            },
        ),
        (
            "uri",
            Spec {
                uri: list("no-scheme"),
                ..named("a")
            },
        ),
        (
            "uri",
            Spec {
                uri: list("x:"),
                ..named("a")
            },
        ),
        (
            "uri",
            Spec {
                uri: list("http://a b"),
                ..named("a")
            },
        ),
        (
            "ip",
            Spec {
                ip: list("1.2.3"),
                ..named("a")
            },
        ),
        (
            "upn",
            Spec {
                upn: list("alice"),
                ..named("a")
            },
        ),
        (
            "key_usage",
            Spec {
                key_usage: list("flying"),
                ..named("a")
            },
        ),
        (
            "key_usage",
            Spec {
                key_usage: list("keyCertSign"),
                ..named("a")
            },
        ),
        (
            "extended_key_usage",
            Spec {
                extended_key_usage: list("flying"),
                ..named("a")
            },
        ),
        (
            "path_length",
            Spec {
                path_length: Some(0),
                ..named("a")
            },
        ),
        (
            "password",
            Spec {
                password: Some(String::new()),
                ..named("a")
            },
        ),
    ];
    for (option, spec) in bad {
        let error = ca.issue(Purpose::Client, &spec).unwrap_err();
        assert_eq!(
            (error.code(), error.context_value("option")),
            (Code::CannotIssue, Some(option)),
            "{error}"
        );
    }
    assert_eq!(
        ca.issue(Purpose::Server, &named("a"))
            .unwrap_err()
            .context_value("option"),
        Some("dns")
    );
    assert_eq!(
        KeyKind::parse("rsa512").unwrap_err().code(),
        Code::CannotIssue
    );
    assert_eq!(KeyKind::parse("RSA-4096").unwrap(), KeyKind::Rsa4096);
}
