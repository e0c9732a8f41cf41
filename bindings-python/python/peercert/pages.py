"""This file is about the pages that people read: who called, and why a caller is refused.

In: the dictionaries `clientcert` and `details`. Out: HTML without scripts in which every value is
text, and which of HTML and JSON a client prefers. It may not know of servers or requests.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

# What goes with every page: nothing is loaded, nothing runs, nothing is kept or guessed.
HEADERS = [
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
    ("Referrer-Policy", "no-referrer"),
    ("Vary", "Accept"),
    ("X-Content-Type-Options", "nosniff"),
]

_SAN_WORDS = {
    "dns": "DNS",
    "email": "E-mail",
    "uri": "URI",
    "ip": "IP address",
    "upn": "User principal name",
    "dirname": "Directory name",
    "rid": "Registered ID",
}

# How one gets a certificate for a server whose clients are not known here.
_ASK = (
    (
        "Whoever runs this server gives you one, or tells who does. Most often it is a file that ends "
        "in .p12 or .pfx, and a password."
    ),
    (
        "Import the file into your system or browser; a program takes it as a setting. It has your "
        "private key in it: give it to nobody else."
    ),
    (
        "Close the browser, open it again, and visit this page. The browser asks which certificate to "
        "show."
    ),
)


def prefers_json(accept: str) -> bool:
    """Whether an Accept header (RFC 9110, 12.5.1) ranks JSON above HTML; equal is HTML."""
    return _quality(accept, "application", "json") > _quality(accept, "text", "html")


@dataclass(frozen=True)
class Development:
    """Where the certificates of a server for development are, for people on its own machine."""

    url: str
    #: Files to import.
    client_pkcs12: str
    server_ca: str
    #: Commands for a shell: those that import the files on Linux, and one that does without.
    imports: str
    curl: str


#: What the pages tell of it. The commands set it, whose process is a server for development.
development: Development | None = None


def identity(clientcert: Mapping[str, Any], details: Mapping[str, Any]) -> str:
    """The page that shows a caller's own identity, as HTML; without a verified one, how to get a
    certificate."""
    parts = [_verdict(clientcert)]
    if not clientcert["verified"]:
        parts += _obtaining()
    if clientcert["present"]:
        parts += [
            _table("Certificate", _certificate_rows(clientcert)),
            _table("Also known as", _san_rows(clientcert["san"])),
        ]
        if clientcert["verifyerrors"]:
            parts.append(_table("What failed", _error_rows(clientcert["verifyerrors"])))
        if clientcert["warnings"]:
            odd = [(w["code"], w["text"]) for w in clientcert["warnings"]]
            parts.append(_table("What is odd", odd))
    parts.append(_table("Connection", _connection_rows(details)))
    whole = json.dumps({"clientcert": clientcert, "details": details}, indent=2)
    parts.append(
        f"<details><summary>Everything, as JSON</summary><pre>{escape(whole)}</pre></details>"
    )
    return _document("Who you are", parts)


def refusal(clientcert: Mapping[str, Any], lack: str, title: str) -> str:
    """The page for a caller that lacks something, as HTML."""
    kind = "bad" if clientcert["present"] else "absent"
    needed = "Another" if clientcert["verified"] else "A"
    banner = _banner(kind, title, f"{needed} client certificate is needed", lack)
    return _document(title, [banner, *_obtaining()])


#: Why a request for a host is not answered on a connection for another one.
MISDIRECTED = (
    "This connection was made for another host, which lets in other clients than the one that this "
    "request is for. Send it over a connection of its own."
)


def misdirected(title: str) -> str:
    """The page for a request that belongs on another connection, as HTML."""
    banner = _banner("absent", title, "Another connection is needed", MISDIRECTED)
    return _document(title, [banner])


def lack(clientcert: Mapping[str, Any], identity: Mapping[str, Any] | None = None) -> str | None:
    """What a caller lacks, as one or two sentences; `None` when it is verified, and by rules one of
    the users, where there are rules."""
    if identity is not None and identity["identified"]:
        return None
    if clientcert["verified"] is True:
        return (
            None
            if identity is None
            else (
                "This page needs a client certificate of one of its users. The one that was sent, "
                f"{clientcert['subject'] or 'without a subject'}, is nobody's: {identity['message']}."
            )
        )
    if not clientcert["present"]:
        return (
            "This page needs a client certificate, and none was sent. "
            "Give your browser or program a certificate that this server accepts, "
            "and connect again."
        )
    return (
        "This page needs a client certificate that verifies. The one that was sent, "
        f"{clientcert['subject'] or 'without a subject'}, "
        f"does not: {clientcert['verifyresult']} ({clientcert['verifycode']})."
    )


def _verdict(clientcert: Mapping[str, Any]) -> str:
    if not clientcert["present"]:
        kind, word = "absent", "No certificate"
        name = "You are anonymous"
        text = "Your client sent no certificate, so this server does not know who you are."
    elif clientcert["verified"]:
        kind, word = "good", "Verified"
        name = _name(clientcert)
        text = "A certificate authority that this server trusts vouches for this name."
    else:
        kind, word = "bad", "Not verified"
        name = _name(clientcert)
        text = (
            f"Nobody whom this server trusts vouches for this name now: "
            f"{clientcert['verifyresult']} ({clientcert['verifycode']})."
        )
    return _banner(kind, word, name, text)


def _banner(kind: str, word: str, title: str, text: str) -> str:
    return (
        f'<header class="{kind}"><p class="badge">{escape(word)}</p>'
        f"<h1>{_text(title)}</h1><p>{_text(text)}</p></header>"
    )


def _obtaining() -> Iterable[str]:
    """How to get a certificate: for development its files and commands, else whom to ask."""
    title = "How to get a certificate"
    if development is None:
        yield _steps(title, _ASK)
        return
    yield _steps(
        title,
        (
            (
                f"Import {development.client_pkcs12} as a certificate of your own. Its password was "
                "printed where this server was started."
            ),
            (
                f"Import {development.server_ca} as an authority for websites, where the browser "
                "warns of this one."
            ),
            (
                f"Close the browser, open it again, and visit {development.url}/. The browser asks "
                "which certificate to show."
            ),
        ),
    )
    yield _table(
        "Where to import them",
        (
            ("Firefox", "Settings, Privacy & Security, View Certificates"),
            ("Chrome, Edge", "Settings, Privacy and security, Security, Manage certificates"),
            ("macOS", "Keychain Access: File, Import Items"),
        ),
    )
    yield (
        "<section><h2>In a terminal instead</h2><pre># Chrome and Chromium on Linux\n"
        f"{escape(development.imports)}\n\n# Without a browser\n{escape(development.curl)}</pre>"
        "</section>"
    )


def _name(clientcert: Mapping[str, Any]) -> str:
    """What a person would call the subject: its common name, else the first other name."""
    for rdn in clientcert["subjectname"]:
        for attribute in rdn:
            if attribute["type"] == "CN":
                return str(attribute["value"])
    for kind in ("email", "upn", "uri", "dns", "ip"):
        if clientcert["san"][kind]:
            return str(clientcert["san"][kind][0])
    return clientcert["subject"] or "A certificate without a name"


def _certificate_rows(cert: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    yield "Subject", cert["subject"]
    yield "Issuer", cert["issuer"]
    yield "Valid from", cert["notbefore"]
    yield "Valid until", cert["notafter"]
    yield "Serial number", cert["serial"]
    yield "SHA-256", cert["fingerprint"]
    key = [cert["keytype"], cert.get("keycurve") or str(cert.get("keybits", ""))]
    yield "Key", " ".join(key)
    yield "Key usage", ", ".join(cert.get("keyusage", ["not limited"]))
    yield "Extended key usage", ", ".join(cert.get("extendedkeyusage", ["not limited"]))


def _san_rows(san: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for kind, word in _SAN_WORDS.items():
        for value in san[kind]:
            yield word, value
    for other in san["othername"]:
        yield other["oid"], other["value"]


def _error_rows(errors: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    for error in errors:
        where = "Certificate itself" if error["depth"] == 0 else f"Issuer {error['depth']} above"
        yield where, f"{error['text']} ({error['code']})"


def _connection_rows(details: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    yield "TLS", f"{details['sslversion']}, {details['cipher']}"
    if "group" in details:
        yield "Key exchange", details["group"]
    if "signaturescheme" in details:
        yield "Client's signature", details["signaturescheme"]
    yield "Server name", details["servername"] or "not asked for"
    yield "Application protocol", details["alpn"] or "not negotiated"
    yield "Session", "resumed" if details["resumed"] else "new"


def _table(title: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = "".join(f"<dt>{_text(word)}</dt><dd>{_text(value)}</dd>" for word, value in rows)
    return f"<section><h2>{escape(title)}</h2><dl>{lines}</dl></section>" if lines else ""


def _steps(title: str, steps: Iterable[str]) -> str:
    lines = "".join(f"<li>{_text(step)}</li>" for step in steps)
    return f"<section><h2>{escape(title)}</h2><ol>{lines}</ol></section>"


def _text(value: str) -> str:
    # <bdi>: a name written from right to left must not reorder what stands around it.
    return f"<bdi>{escape(value)}</bdi>"


def _document(title: str, parts: Iterable[str]) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _quality(accept: str, kind: str, subtype: str) -> float:
    best = (-1, 0.0)
    for entry in accept.split(","):
        name, *parameters = (word.strip().lower() for word in entry.split(";"))
        exactness = {f"{kind}/{subtype}": 2, f"{kind}/*": 1, "*/*": 0}.get(name, -1)
        if exactness > best[0]:
            best = (exactness, _weight(parameters))
    return best[1]


def _weight(parameters: Iterable[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 0.0
            return weight if 0.0 <= weight <= 1.0 else 0.0
    return 1.0


_STYLE = """
:root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--ink:#1c2026;--dim:#5b6472;--line:#e3e6eb;
--good:#126b3e;--bad:#a3360b;--absent:#4a5362}
@media(prefers-color-scheme:dark){:root{--page:#14171c;--card:#1e2229;--ink:#e8eaee;--dim:#9aa3b1;
--line:#31363f;--good:#7fd6a4;--bad:#f6a37f;--absent:#b4bcc8}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:46rem;margin:0 auto;padding:2rem 1rem}
header,section,details{background:var(--card);border:1px solid var(--line);
border-radius:10px;padding:1.25rem 1.5rem;margin:0 0 1rem}
header{border-left:6px solid}
header.good{border-left-color:var(--good)}header.bad{border-left-color:var(--bad)}
header.absent{border-left-color:var(--absent)}
.good .badge{color:var(--good)}.bad .badge{color:var(--bad)}.absent .badge{color:var(--absent)}
.badge{margin:0;font-weight:600}
h1{margin:.1rem 0 .3rem;font-size:1.7rem;line-height:1.25;overflow-wrap:anywhere}
header p:last-child{margin:0;color:var(--dim)}
h2{margin:0 0 .75rem;font-size:1.05rem}
dl{display:grid;grid-template-columns:minmax(7rem,11rem) 1fr;gap:.35rem 1rem;margin:0}
ol{margin:0;padding-left:1.25rem;overflow-wrap:anywhere}
dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}
summary{cursor:pointer;font-weight:600}
pre{margin:0;overflow-x:auto;font-size:.8rem;line-height:1.45}
details pre{margin-top:1rem}
@media(max-width:34rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.6rem}}
""".strip()
