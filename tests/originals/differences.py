"""This file is about the differences that are meant: which names of which caller are not theirs.

In: the rows of docs/names.md, which have the reasons. Out: for each original, caller and version of
TLS what both sides say, as regular expressions; None is a name that is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import peercert
from callers import EVERYBODY, NOBODY

DOCUMENT = Path(__file__).parents[2] / "docs" / "names.md"
SECTION = "\n## Where ours differs"

#: Rows about Envoy, and about what Apache 2.4 does not have yet.
ELSEWHERE = ("every value is quoted", "are not there | nothing decides by them")
#: What test_users.py compares.
USERS = "is set for a verified caller only"
#: Whose handshake Apache ends in the mode optional_no_ca.
REFUSED = ("expired", "not-yet-valid", "revoked", "server-only")
WHY_REFUSED = "tells of every certificate"

ALONE = ("unknown-leaf", "unknown-uid")
UNKNOWN = (*ALONE, "unknown-intermediate", "unknown-chain", "self-signed")
WEAK = ("rsa-1024", "sha1")
FIRST = (
    "FAILED:unable to verify the first certificate",
    "FAILED:unable to get local issuer certificate",
)
ID = "[0-9a-f]{64}"
ON_AWS_LC = peercert.version()[1].startswith("AWS-LC")
#: Who does not verify, and gets no ticket.
FORGOTTEN = (*UNKNOWN, *WEAK, *REFUSED)
REMEMBERED = tuple(name for name in EVERYBODY if name not in FORGOTTEN)

Values = tuple[str | None, str | None]


@dataclass(frozen=True)
class Difference:
    """What an original says, and what ours does; `row` is how one row of the document goes on."""

    row: str
    form: str
    names: Mapping[str, Values]
    callers: tuple[str, ...]
    versions: tuple[str, ...] = ("1.2", "1.3")


def _says(row: str, form: str, caller: str, **names: Values) -> Difference:
    return Difference(row, form, names, (caller,))


DIFFERENCES = (
    Difference(
        "name peercert",
        "apache",
        {"SSL_VERSION_INTERFACE": ("mod_ssl/2.*", "peercert/.*")}
        # On the system's OpenSSL both say which that is.
        | ({"SSL_VERSION_LIBRARY": ("OpenSSL/.*", "AWS-LC/.*")} if ON_AWS_LC else {}),
        EVERYBODY,
    ),
    # One of each connection's own, where both have it.
    *(
        Difference("is not there with TLS 1.3", form, {name: (ID, ours)}, callers, ("1.3",))
        for form, name in (("apache", "SSL_SESSION_ID"), ("nginx", "ssl_session_id"))
        for callers, ours in ((REMEMBERED, None if ON_AWS_LC else ID), (FORGOTTEN, None))
    ),
    _says("is not there without", "apache", NOBODY, SSL_CLIENT_CERT=("", None)),
    Difference(
        "`GENEROUS` only when",
        "apache",
        {"SSL_CLIENT_VERIFY": ("GENEROUS", "FAILED:.*")},
        UNKNOWN,
        ("1.2",),
    ),
    Difference(
        "the first error",
        "apache",
        {"SSL_CLIENT_VERIFY": FIRST},
        ALONE,
        ("1.3",),
    ),
    Difference("the first error", "nginx", {"ssl_client_verify": FIRST}, ALONE),
    Difference(
        "the first error",
        "node",
        {
            "authorizationError": (
                "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
                "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
            )
        },
        ALONE,
    ),
    _says(
        "`ABSENT` without",
        "node",
        NOBODY,
        authorizationError=("UNABLE_TO_GET_ISSUER_CERT", "ABSENT"),
    ),
    _says(
        "every error has its name",
        "node",
        "sha1",
        authorizationError=("UNSPECIFIED", "CA_MD_TOO_WEAK"),
    ),
    Difference(
        "for weak keys",
        "apache",
        {"SSL_CLIENT_VERIFY": ("SUCCESS", "FAILED:.* too weak")},
        WEAK,
    ),
    Difference(
        "for weak keys",
        "nginx",
        {"ssl_client_verify": ("SUCCESS", "FAILED:.* too weak")},
        WEAK,
    ),
    _says("for weak keys", "node", "rsa-1024", authorizationError=("OK", "EE_KEY_TOO_SMALL")),
    _says(
        "are there | Apache has neither",
        "apache",
        "good",
        SSL_CLIENT_SAN_URI_0=(None, "spiffe://example.org/user/test-client"),
    ),
    _says(
        "are there | Apache has neither",
        "apache",
        "everything",
        SSL_CLIENT_SAN_URI_0=(None, "spiffe://example.org/user/jane"),
        SSL_CLIENT_SAN_IP_0=(None, "192.0.2.7"),
        SSL_CLIENT_SAN_IP_1=(None, "2001:db8::1"),
    ),
    _says(
        "are there | Apache has neither",
        "apache",
        "san-utf8",
        SSL_CLIENT_SAN_URI_0=(None, "urn:jörg.example"),
    ),
    _says(
        "has SmtpUTF8Mailbox names",
        "apache",
        "san-mailbox",
        SSL_CLIENT_SAN_Email_0=("jane@example.org", "jörg@example.org"),
        SSL_CLIENT_SAN_Email_1=(None, "jane@example.org"),
    ),
    _says(
        "U+0080 to U+009F",
        "apache",
        "name-c1",
        SSL_CLIENT_S_DN=("O=Example,CN=a\x9b31mb", r"O=Example,CN=a\\C2\\9B31mb"),
        SSL_CLIENT_S_DN_CN=("a\x9b31mb", r"a\\C2\\9B31mb"),
    ),
    _says("U+0080 to U+009F", "apache", "name-hash", SSL_CLIENT_S_DN=("CN=#", r"CN=\\#")),
    _says("U+0080 to U+009F", "nginx", "name-hash", ssl_client_s_dn=("CN=#", r"CN=\\#")),
    _says(
        "UTF-8 is read as UTF-8",
        "apache",
        "san-utf8",
        SSL_CLIENT_SAN_DNS_0=("jÃ¶rg.example", "jörg.example"),
    ),
    *(
        Difference("are never broken", form, {name: (r"5A0+(\\\n0+)+", "5A0+")}, (caller,))
        for form, name in (("apache", "SSL_CLIENT_M_SERIAL"), ("nginx", "ssl_client_serial"))
        for caller in ("serial-37", "serial-129")
    ),
    Difference(
        "is left out for serial",
        "apache",
        {"SSL_CLIENT_CERT_RFC4523_CEA": (r"\{ serialNumber [0-9]+, issuer .*", None)},
        ("serial-129",),
    ),
)


def meant(form: str, caller: str, version: str) -> dict[str, Values]:
    """The names in which ours is meant to differ."""
    found: dict[str, Values] = {}
    for difference in DIFFERENCES:
        if (
            difference.form == form
            and caller in difference.callers
            and version in difference.versions
        ):
            found |= difference.names
    return found


def rows() -> list[str]:
    """The rows of the document's table."""
    table = DOCUMENT.read_text().partition(SECTION)[2].partition("\n## ")[0]
    return table.partition("|---|---|---|\n")[2].splitlines()
