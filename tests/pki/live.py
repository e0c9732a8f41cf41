"""This file is about the certificates for live connections: servers, clients and their CAs.

Out: CERTIFICATES, each with the reason why it exists and the chain that its owner sends.
"""

from __future__ import annotations

import der
from certificate import (
    Certificate,
    Rdn,
    basic_constraints,
    dns,
    email,
    extended_key_usage,
    extension,
    ip,
    key_usage,
    name,
    san,
    uri,
)
from keys import Key, derive

# A certificate is a paragraph, however long its lines would be by themselves.
# fmt: off

CERTIFICATES: list[Certificate] = []
CA = (basic_constraints(True), key_usage("keyCertSign", "cRLSign"))
USAGE = (basic_constraints(False, critical=False), key_usage("digitalSignature"))
CLIENT = (*USAGE, extended_key_usage("clientAuth"))
ORGANIZATION = ("O", "NaviServer Test")


def add(
    title: str,
    why: str,
    *rdns: tuple[str, str | bytes] | Rdn,
    kind: str = "P-256",
    extensions: tuple[bytes, ...] = CLIENT,
    **rest: object,
) -> Certificate:
    """Adds a certificate; its key is its own, its common name its title unless RDNs are given."""
    subject = name(*(rdns or (("CN", title), ORGANIZATION)))
    made = Certificate(title, why, subject, Key(kind, title), extensions=extensions, **rest)  # type: ignore[arg-type]
    CERTIFICATES.append(made)
    return made


server_ca = add("server-ca", "signs the server; no client CA, lest a server pass for a client",
    ("CN", "Test Server CA"), extensions=CA)
server = add("server", "the server of every test", ("CN", "localhost"), issuer=server_ca,
    extensions=(*USAGE, extended_key_usage("serverAuth"),
        san(dns("localhost"), ip("127.0.0.1"), ip("::1"))))
server_rsa = add("server-rsa", "a server with an RSA key", ("CN", "localhost"), kind="RSA-2048",
    issuer=server_ca, extensions=(*USAGE, extended_key_usage("serverAuth"),
        san(dns("localhost"), ip("127.0.0.1"))))
server_weak = add("server-weak", "a server whose RSA key is too short", ("CN", "localhost"),
    kind="RSA-1024", issuer=server_ca, extensions=(*USAGE, extended_key_usage("serverAuth"),
        san(dns("localhost"))))

client_ca = add("client-ca", "the trust anchor of the clients",
    ("CN", "NaviServer Test Client CA"), extensions=CA)
rsa_ca = add("rsa-ca", "a second trust anchor: MD5 signatures exist with RSA only",
    ("CN", "NaviServer Test RSA CA"), kind="RSA-2048", extensions=CA)
intermediate = add("intermediate", "a CA between anchor and leaf", issuer=client_ca, extensions=CA)
intermediate2 = add("intermediate-2", "a second CA between anchor and leaf", issuer=intermediate,
    extensions=CA)
pathlen_ca = add("pathlen-ca", "a CA that may have no CA below it", issuer=client_ca,
    extensions=(basic_constraints(True, 0), CA[1]))
below_pathlen = add("below-pathlen-ca", "the CA that may not be there", issuer=pathlen_ca,
    extensions=CA)
constrained_ca = add("constrained-ca", "a CA for names under example.org only", issuer=client_ca,
    extensions=(*CA, extension("2.5.29.30", der.seq(der.context(0, der.seq(dns("example.org")),
        constructed=True)), critical=True)))
not_a_ca = add("not-a-ca", "issues though its basicConstraints say that it is none",
    issuer=client_ca, extensions=(basic_constraints(False),))
weak_ca = add("weak-ca", "a CA whose key is too short", kind="RSA-1024", issuer=client_ca,
    extensions=CA)
unknown_root = add("unknown-root", "a CA that the server does not trust", ("CN", "Unknown Root"),
    extensions=CA)
unknown_ca = add("unknown-ca", "an intermediate of a CA that the server does not trust",
    ("CN", "Unknown CA"), issuer=unknown_root, extensions=CA)

GOOD = (*CLIENT, san(dns("client1.example.org"), dns("client2.example.org"),
    email("test-client@example.org"), uri("spiffe://example.org/user/test-client")))
good = add("good", "what a client should be", ("CN", "test-client"), ORGANIZATION,
    issuer=client_ca, extensions=GOOD)
add("good-other", "another good client, to tell the two apart", issuer=client_ca)
add("good-chain", "a good client below an intermediate, which it sends", issuer=intermediate,
    chain=(intermediate,))
add("incomplete", "a client below an intermediate that it forgets to send", issuer=intermediate)
add("unknown-leaf", "a bare leaf of an unknown CA", issuer=unknown_ca)
add("unknown-intermediate", "a leaf and its intermediate, both of an unknown CA",
    issuer=unknown_ca, chain=(unknown_ca,))
add("unknown-chain", "a whole chain up to its own root, which is unknown", issuer=unknown_ca,
    chain=(unknown_ca, unknown_root))
add("self-signed", "a leaf signed by itself")
add("expired", "its validity has ended", issuer=client_ca, start="20200101000000Z",
    end="20210101000000Z")
ending = add("ending", "good until 2030, when its CA goes on", issuer=client_ca,
    end="20300101000000Z")
add("not-yet-valid", "its validity has not begun", issuer=client_ca, start="20440101000000Z")
add("server-only", "for TLS servers only", issuer=client_ca,
    extensions=(*USAGE, extended_key_usage("serverAuth")))
add("no-eku", "says nothing about its purpose, which allows all", issuer=client_ca,
    extensions=USAGE)
add("too-deep", "two intermediates, where a depth of 1 allows one", issuer=intermediate2,
    chain=(intermediate2, intermediate))
add("pathlen-exceeded", "below a CA that its own CA's path length forbids", issuer=below_pathlen,
    chain=(below_pathlen, pathlen_ca))
add("name-constraint", "a name outside what its CA may name", issuer=constrained_ca,
    chain=(constrained_ca,), extensions=(*CLIENT, san(dns("client.example.net"))))
add("issuer-not-a-ca", "issued by a certificate that is no CA", issuer=not_a_ca,
    chain=(not_a_ca,))
add("weak-issuer", "issued by a CA whose key is too short", issuer=weak_ca, chain=(weak_ca,))
add("rsa-1024", "an RSA key that is too short", kind="RSA-1024", issuer=client_ca)
add("ec-192", "an elliptic curve that is too small", kind="P-192", issuer=client_ca)
add("sha1", "a SHA-1 signature", issuer=client_ca, digest="sha1")
add("md5", "an MD5 signature", issuer=rsa_ca, digest="md5")
add("bad-signature", "a signature that is of other data", issuer=client_ca, broken_signature=True)
add("unknown-critical", "a critical extension that nobody knows", issuer=client_ca,
    extensions=(*CLIENT, extension("1.3.6.1.4.1.32473.1", der.null(), critical=True)))
add("expired-server-only", "two faults: wrong purpose and expired", issuer=client_ca,
    extensions=(*USAGE, extended_key_usage("serverAuth")), start="20200101000000Z",
    end="20210101000000Z")
add("unknown-expired", "two faults: unknown CA and expired", issuer=unknown_ca,
    start="20200101000000Z", end="20210101000000Z")
add("no-digital-signature", "a keyUsage that does not allow the signature of the handshake",
    issuer=client_ca, extensions=(USAGE[0], key_usage("keyAgreement"),
        extended_key_usage("clientAuth")))
add("rsa-2048", "a good client with an RSA key", kind="RSA-2048", issuer=client_ca)
add("rsa-pss", "a good client with a key for RSA-PSS only", kind="RSA-PSS", issuer=client_ca)
add("p-384", "a good client on P-384", kind="P-384", issuer=client_ca)
add("p-521", "a good client on P-521", kind="P-521", issuer=client_ca)
add("ed25519", "a good client with an Ed25519 key", kind="ED25519", issuer=client_ca)
add("ed448", "a good client with an Ed448 key", kind="ED448", issuer=client_ca)
add("large", "50 kB: near the limit, and too large for a comfortable session ticket",
    issuer=client_ca, extensions=(*CLIENT,
        extension("1.3.6.1.4.1.32473.2", der.octets(bytes(50_000)))))
add("script", "markup in the name: text, wherever it is shown",
    ("CN", "<script>alert(1)</script>"), issuer=client_ca)
add("nul", "an embedded NUL: the name must not end there",
    ("CN", "admin\0.attacker.example"), issuer=client_ca)
# Nobody has its private key: the modulus is any odd number of 17,000 bits.
_LARGE_KEY = der.seq(der.seq(der.oid("1.2.840.113549.1.1.1"), der.null()), der.bits(der.seq(
    der.integer(int.from_bytes(derive("RSA-17000", 2_125), "big") | 1 << 16_999 | 1),
    der.integer(65_537))))
add("large-key", "good, but it sends a CA along whose RSA key has 17,000 bits, slow to verify with",
    issuer=client_ca, chain=(Certificate("rsa-17000", "", name(("CN", "rsa-17000")),
        Key("P-256", "rsa-17000"), client_ca, CA, spki=_LARGE_KEY),))
CERTIFICATES.append(Certificate("empty-subject", "who it is stands in the SAN alone", name(),
    Key("P-256", "empty-subject"), client_ca,
    (*CLIENT, san(email("jane@example.org"), critical=True))))

BUNDLES = {
    "client-cas.pem": (client_ca, rsa_ca),
    "unknown-root-and-ca.pem": (unknown_root, unknown_ca),
}
