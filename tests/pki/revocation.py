"""This file is about revocation: CRLs, good and bad, and the certificates that they speak of.

Out: CERTIFICATES and CRLS, each with the reason why it exists. The certificates are apart from those
of live.py, because what is right for them depends on the CRLs that a server has.
"""

from __future__ import annotations

import der
from certificate import Certificate, basic_constraints, extension, key_usage, name, uri
from crl import Crl, Entry, distribution, full_name, points, reason
from keys import SIGNATURES, Key
from live import (
    CA,
    CLIENT,
    ORGANIZATION,
    client_ca,
    intermediate,
    not_a_ca,
    rsa_ca,
    unknown_root,
)

# A certificate is a paragraph, however long its lines would be by themselves.
# fmt: off

CERTIFICATES: list[Certificate] = []
CRLS: list[Crl] = []
SHARDS = uri("http://crl.example.org/1.crl"), uri("http://crl.example.org/2.crl")


def add(
    title: str,
    why: str,
    issuer: Certificate | None,
    *chain: Certificate,
    extensions: tuple[bytes, ...] = CLIENT,
    kind: str = "P-256",
    **rest: object,
) -> Certificate:
    """Adds a certificate."""
    subject = rest.pop("subject", name(("CN", title), ORGANIZATION))
    made = Certificate(title, why, subject, Key(kind, title), issuer, extensions, chain=chain, **rest)  # type: ignore[arg-type]
    CERTIFICATES.append(made)
    return made


def crl(title: str, why: str, issuer: Certificate, *entries: Entry, **rest: object) -> None:
    """Adds a CRL."""
    CRLS.append(Crl(title, why, issuer, entries, **rest))  # type: ignore[arg-type]


revoked = add("revoked", "a client that its CA has revoked", client_ca)
padded = add("revoked-high-bit", "as above; its serial begins with a zero octet", client_ca,
    serial=0xF0_00_00_01)
revoked_chain = add("revoked-chain", "a revoked client below an intermediate", intermediate,
    intermediate)
revoked_ca = add("revoked-ca", "an intermediate that is itself revoked", client_ca, extensions=CA)
below_revoked = add("below-revoked-ca", "a good client of a revoked intermediate", revoked_ca,
    revoked_ca)
shard_1 = add("shard-1", "names the first of two CRLs of its CA", client_ca,
    extensions=(*CLIENT, points(SHARDS[0])))
shard_2 = add("shard-2", "names the second of two CRLs of its CA", client_ca,
    extensions=(*CLIENT, points(SHARDS[1])))
next_ca = add("client-ca-next", "the same CA with its next key", None, extensions=CA,
    subject=client_ca.subject)
next_leaf = add("issued-by-next", "a client that the next key has signed", next_ca)
next_revoked = add("revoked-by-next", "as above, and revoked", next_ca)
quiet_ca = add("no-crl-sign-ca", "a CA that may sign certificates and no CRLs", client_ca,
    extensions=(basic_constraints(True), key_usage("keyCertSign")))
below_quiet = add("below-no-crl-sign-ca", "a client of that CA", quiet_ca, quiet_ca)
ed25519_ca = add("ed25519-ca", "a CA with an Ed25519 key", None, extensions=CA, kind="ED25519")
ed25519_revoked = add("revoked-by-ed25519", "a client that it has revoked", ed25519_ca)
rsa_revoked = add("revoked-by-rsa", "a client of the RSA CA, revoked", rsa_ca)

LISTED = (Entry(padded), Entry(revoked, (reason(1),)), Entry(revoked_ca), Entry(1))
ONE = (Entry(revoked),)
crl("client-ca", "what the CRL of a CA should be", client_ca, *LISTED, number=2)
crl("rsa-ca", "that of the second trust anchor", rsa_ca, Entry(rsa_revoked))
crl("rsa-pss", "the same, signed with RSA-PSS", rsa_ca, Entry(rsa_revoked), digest="pss")
crl("rsa-sha384", "the same, signed with SHA-384", rsa_ca, Entry(rsa_revoked), digest="sha384")
crl("ed25519-ca", "signed with Ed25519", ed25519_ca, Entry(ed25519_revoked))
crl("intermediate", "that of an intermediate", intermediate, Entry(revoked_chain))
crl("revoked-ca", "that of a revoked intermediate, which lists nobody", revoked_ca)
crl("no-crl-sign-ca", "that of a CA that may not sign it", quiet_ca)
crl("not-a-ca", "that of somebody who is no CA", not_a_ca)
crl("client-ca-next", "signed with the CA's next key", next_ca, Entry(next_revoked))
crl("empty", "as good as none revoked, and older than client-ca.crl.pem", client_ca,
    start="20240601000000Z")
crl("released", "newer than client-ca.crl.pem, and lists nobody any more", client_ca,
    start="20260101000000Z", number=3)
crl("expired", "its nextUpdate has passed; it lists `revoked`", client_ca, *ONE,
    start="20200101000000Z", end="20210101000000Z")
crl("future", "its thisUpdate is to come; it lists `revoked`", client_ca, *ONE,
    start="20440101000000Z")
crl("no-next-update", "never expires, since it does not say when", client_ca, *ONE, end=None)
crl("removed", "an entry with the reason removeFromCRL, which only a delta CRL may have", client_ca,
    Entry(revoked, (reason(8),)))
crl("shard-1", "the first of two parts, by distribution point", client_ca,
    extensions=(distribution(full_name(SHARDS[0])),))
crl("shard-2", "the second of two parts; it lists `shard-2`", client_ca, Entry(shard_2),
    extensions=(distribution(full_name(SHARDS[1])),))
crl("only-users", "lists certificates that are no CAs", client_ca, *ONE,
    extensions=(distribution(der.context(1, b"\xff")),))
crl("only-cas", "lists CAs only", client_ca, Entry(revoked_ca),
    extensions=(distribution(der.context(2, b"\xff")),))
crl("other-signer", "has the name of a client CA and is signed by somebody else", client_ca,
    signer=Key("P-256", "unknown-root"))
crl("other-key", "as above, and says so: it names the signer's key", client_ca,
    signer=Key("P-256", "client-ca-next"), key_identifier=False,
    extensions=(extension("2.5.29.35", der.seq(der.context(0, b"another key"))),))
crl("unknown-root", "of a CA that the server does not trust", unknown_root)
crl("delta", "a delta CRL: only what has changed", client_ca, *ONE,
    extensions=(extension("2.5.29.27", der.integer(1), critical=True),))
crl("indirect", "an indirect CRL: certificates of several issuers", client_ca, *ONE,
    extensions=(distribution(der.context(4, b"\xff")),))
crl("indirect-entry", "an entry for the certificate of another issuer", client_ca,
    Entry(revoked, (extension("2.5.29.29", der.seq(der.context(4, intermediate.subject,
        constructed=True)), critical=True),)))
crl("some-reasons", "only keys that were compromised", client_ca, *ONE,
    extensions=(distribution(der.context(3, b"\x06\x40")),))
crl("only-attributes", "attribute certificates only", client_ca,
    extensions=(distribution(der.context(5, b"\xff")),))
crl("relative-name", "a distribution point named relative to the issuer", client_ca,
    extensions=(distribution(der.context(0, der.context(1, der.seq(der.oid("2.5.4.3"),
        der.utf8("part"))), constructed=True)),))
crl("unknown-critical-crl", "a critical extension that nobody knows", client_ca,
    extensions=(extension("1.3.6.1.4.1.32473.1", der.null(), critical=True),))
crl("unknown-critical-entry", "an entry with a critical extension that nobody knows", client_ca,
    Entry(revoked, (extension("1.3.6.1.4.1.32473.1", der.null(), critical=True),)))
crl("algorithms-differ", "another signature algorithm inside than outside", client_ca,
    inner=SIGNATURES["EC", "sha384"])
crl("sha1-crl", "signed with SHA-1, which can be forged", client_ca, digest="sha1")
crl("md5-crl", "signed with MD5, which can be forged", rsa_ca, digest="md5")
