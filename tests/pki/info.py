"""This file is about the certificates for `certinfo`: one for each row and each way to go wrong.

Out: CERTIFICATES, each with its reason; `data["warnings"]` lists the codes of the
warnings that a reader should give.
"""

from __future__ import annotations

import der
from certificate import (
    KEY_USAGES,
    Certificate,
    attribute,
    basic_constraints,
    directory_name,
    dns,
    email,
    extended_key_usage,
    extension,
    ip,
    key_usage,
    name,
    other_name,
    registered_id,
    san,
    uri,
)
from keys import Key, derive

# A certificate is a paragraph, however long its lines would be by themselves.
# fmt: off

CERTIFICATES: list[Certificate] = []
CA = Certificate("info-ca", "", name(("CN", "Info CA")), Key("P-256", "info-ca"))
UPN, XMPP, SRV, MAILBOX = (
    "1.3.6.1.4.1.311.20.2.3", "1.3.6.1.5.5.7.8.5", "1.3.6.1.5.5.7.8.7", "1.3.6.1.5.5.7.8.9")
UNKNOWN = "1.3.6.1.4.1.32473.7"
STEP = "1.3.6.1.4.1.37476.9000.64.1"


def add(
    title: str,
    why: str,
    *extensions: bytes,
    subject: bytes | None = None,
    kind: str = "P-256",
    warnings: tuple[str, ...] = (),
    **rest: object,
) -> None:
    """Adds a certificate issued by CA (unless `issuer` is given), without key identifiers."""
    rest.setdefault("issuer", CA)
    rest.setdefault("identifiers", False)
    data = {"warnings": list(warnings)}
    known = name(("CN", title)) if subject is None else subject
    CERTIFICATES.append(Certificate(title, why, known, Key(kind, "info"), extensions=extensions,
        data=data, **rest))  # type: ignore[arg-type]


def add_cn(title: str, why: str, value: str | bytes, *warnings: str) -> None:
    """Adds a certificate with this common name and an organization after it."""
    add(title, why, subject=name(("CN", value), ("O", "Example")), warnings=warnings)


# Every row of the contract at once, and the least that a certificate can have.
add("everything", "every key that a certificate can have",
    san(dns("client1.example.org"), dns("client2.example.org"), email("jane@example.org"),
        uri("spiffe://example.org/user/jane"), ip("192.0.2.7"), ip("2001:db8::1"),
        other_name(UPN, der.utf8("jane@corp.example")),
        directory_name(name(("O", "Example"), ("CN", "jane"))), registered_id("1.2.3.4"),
        other_name(XMPP, der.utf8("jane@chat.example"))),
    key_usage("digitalSignature", "keyEncipherment"),
    extended_key_usage("clientAuth", "serverAuth"), basic_constraints(False),
    extension("2.5.29.32", der.seq(der.seq(der.oid("2.23.140.1.2.2")),
        der.seq(der.oid("1.3.6.1.4.1.32473.8"), der.seq(der.seq(der.oid("1.3.6.1.5.5.7.2.1"),
            der.ia5("https://example.org/cps")))))),
    extension("1.3.6.1.5.5.7.1.1", der.seq(
        der.seq(der.oid("1.3.6.1.5.5.7.48.1"), uri("http://ocsp.example.org")),
        der.seq(der.oid("1.3.6.1.5.5.7.48.2"), uri("http://ca.example.org/ca.crt")),
        der.seq(der.oid("1.3.6.1.5.5.7.48.1"), uri("http://ocsp2.example.org")))),
    extension("2.5.29.31", der.seq(
        der.seq(der.context(0, der.context(0, uri("http://crl.example.org/1.crl"),
            uri("ldap://crl.example.org/cn=1"), constructed=True), constructed=True)),
        der.seq(der.context(0, der.context(0, uri("http://crl.example.org/2.crl"),
            constructed=True), constructed=True)))),
    extension(STEP, der.seq(der.integer(6), der.octets(b"acme"), der.octets(b""))),
    subject=name(("C", der.printable("DE")), ("ST", "Sachsen"), ("L", "Görlitz"),
        ("O", "Example, Inc."), ("OU", "one"), ("OU", "two"),
        (("CN", "Jörg"), ("UID", "jdoe")), ("emailAddress", "jane@example.org"),
        ("serialNumber", der.printable("4711"))), identifiers=True)
CERTIFICATES.append(Certificate("least", "no extension at all, version 3", name(("CN", "least")),
    Key("P-256", "info"), CA, None, data={"warnings": []}))
CERTIFICATES.append(Certificate("v1", "version 1, which has no extensions", name(("CN", "v1")),
    Key("P-256", "info"), CA, None, version=1, data={"warnings": []}))

# Names.
add_cn("name-nul", "an embedded NUL: the name must not end there",
    "admin\0.attacker.example", "embedded_nul")
add_cn(
    "name-control", "line feed, escape and DEL, which could forge a log line", "a\nb\x1b[31m\x7f"
)
add_cn("name-c1", "U+009B, which begins a command to a terminal as ESC [ does", "a\x9b31mb")
add_cn("name-comma", "a comma", "Doe, Jane")
add_cn("name-quote", "quotation marks", 'Jane "JD" Doe')
add_cn("name-plus", "a plus sign", "a+b")
add_cn("name-slash", "a slash, which separates in OpenSSL's oldest form", "a/O=b")
add_cn("name-backslash", "a backslash, and what looks like an escape", "a\\b\\00")
add_cn("name-special", "every other character that RFC 4514 escapes", "<a>;b=c#d")
add_cn("name-spaces", "a space at the start and at the end", " a b ")
add_cn("name-space", "one space and nothing else", " ")
add_cn("name-hash", "a number sign at the start, which marks hex in RFC 4514", "#1234")
add_cn("name-empty", "a value of no characters", "")
add_cn("name-latin", "non-ASCII of two bytes in UTF-8", "Jörg Müller")
add_cn("name-wide", "non-ASCII of three and four bytes in UTF-8", "日本 😀")
add_cn("name-bidi", "a right-to-left override", "a\u202etxt.exe")
add_cn("name-bmp", "BMPString", der.bmp("Jörg Ω"))
add_cn("name-t61", "T61String with Latin-1, as its writers mean it", der.t61("Jörg"))
add_cn("name-universal", "UniversalString beyond the BMP", der.universal("Jörg 😀"))
add_cn("name-printable", "PrintableString", der.printable("Jane Doe"))
add_cn("name-ia5", "IA5String", der.ia5("jane@example.org"))
add_cn("name-numeric", "NumericString", der.tlv(0x12, b"12 34"))
add_cn("name-printable-latin", "a byte above 127 in a PrintableString, which forbids it",
    der.printable("J\xf6rg"))
add("name-multi", "RDNs of several attributes, which DER sorts",
    subject=name((("CN", "a"), ("UID", "b"), ("OU", "c")), ("O", "Example")))
add("name-repeated", "the same attribute three times: none may be lost",
    subject=name(("CN", "one"), ("CN", "two"), ("CN", "three")))
add("name-none", "an empty subject with a critical SAN", san(dns("a.example.org"), critical=True),
    subject=name())
add("name-unknown-oid", "an attribute type that OpenSSL has no name for",
    subject=name((UNKNOWN, "x, y"), ("CN", "a")))
add("name-sequence", "an attribute whose value is a SEQUENCE",
    subject=name((UNKNOWN, der.seq(der.integer(5), der.utf8("x"))), ("CN", "a")))
add("name-issuer", "an issuer with every kind of text",
    issuer=Certificate("", "", name(("DC", "org"), ("DC", "example"), ("O", 'A "B", Ünlimited'),
        (("CN", "+x"), ("emailAddress", "ca@example.org"))), CA.key))

# Serial numbers and dates.
add("serial-zero", "serial 0", serial=0)
add("serial-one", "serial 1", serial=1)
add("serial-negative", "serial -5", serial=-5, warnings=("negative_serial",))
add("serial-128", "serial 128, encoded with a leading zero byte", serial=128)
add("serial-20", "a serial of 20 bytes, the longest that RFC 5280 allows",
    serial=int.from_bytes(b"\x7f" + derive("serial", 19), "big"))
add("date-1960", "from before 1970, UTCTime", start="19600229000000Z", end="19691231235959Z")
add("date-1949", "before 1950, which needs GeneralizedTime", start="19490101000000Z")
add("date-2050", "after 2049, which needs GeneralizedTime", end="20500101000000Z")
add("date-9999", "no well-defined end (RFC 5280, 4.1.2.5)", end="99991231235959Z")
add("date-generalized", "GeneralizedTime before 2050, which RFC 5280 forbids and readers take",
    start=der.generalized_time("20250304050607Z"))
add("date-day", "a day of one digit is padded with a space", start="20260430081220Z",
    end="20270501081220Z")
add("date-month", "an end in month 99, which is no time", end=der.utc_time("459901000000Z"),
    warnings=("bad_time",))
add("date-2038", "past 2038-01-19, where 32 bits end", start="20380119031408Z")

# Subject alternative names.
add("san-ip", "IPv4, and IPv6 in each shape of RFC 5952",
    san(ip("192.0.2.7"), ip("2001:db8::1"), ip("::"), ip("::1"), ip("2001:db8:0:1:1:1:1:1"),
        ip("2001:0:0:1:0:0:0:1"), ip("::ffff:192.0.2.7")))
add("san-ip-length", "IP addresses of 3, 5 and 8 bytes between good ones",
    san(ip("192.0.2.1"), der.context(7, b"\1\2\3"), der.context(7, b"\1\2\3\4\5"),
        der.context(7, b"\xc0\0\2\0\xff\xff\xff\0"), ip("192.0.2.2")),
    warnings=("bad_ip",))
add(
    "san-upn",
    "a Microsoft user principal name",
    san(other_name(UPN, der.utf8("jane@corp.example"))),
)
add("san-xmpp", "an XMPP address, an othername without a list of its own",
    san(other_name(XMPP, der.utf8("jane@chat.example"))))
add("san-srv", "an SRV-ID (RFC 4985)", san(other_name(SRV, der.ia5("_xmpp-client.example.org"))))
add("san-mailbox", "a SmtpUTF8Mailbox (RFC 9598) beside a plain one",
    san(other_name(MAILBOX, der.utf8("jörg@example.org")), email("jane@example.org")))
add("san-othername", "an unknown othername whose value is a SEQUENCE",
    san(other_name(UNKNOWN, der.seq(der.integer(1), der.boolean(True)))))
add("san-rid", "registered IDs", san(registered_id("1.2.3.4"), registered_id("2.999.5")))
add("san-dirname", "a directory name that needs escapes",
    san(directory_name(name(("O", "Doe, Jane"), (("CN", "Jörg"), ("UID", "j+d"))))))
add("san-x400-edi", "x400Address and ediPartyName between two DNS names: neither is lost",
    san(dns("a.example.org"), der.context(3, der.seq(), constructed=True),
        der.context(5, der.context(1, der.utf8("party"), constructed=True), constructed=True),
        dns("b.example.org")), warnings=("unsupported_name",))
add("san-empty", "a SAN without names", san())
add("san-mixed", "kinds in turn: each list keeps the order of the certificate",
    san(uri("https://a.example.org/"), dns("a.example.org"), email("a@example.org"),
        dns("*.example.org"), uri("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
        email("b@example.org"), dns("A.Example.ORG")))
add("san-dns-latin", "bytes above 127 in a DNS name, which IA5String does not have",
    san(dns("j\xf6rg.example.org"), dns("good.example.org")), warnings=("invalid_utf8",))
add("san-dns-nul", "a NUL in a DNS name", san(dns("good.example.org\0.attacker.example")),
    warnings=("embedded_nul",))
add("san-dns-comma", "a comma and a label that look like two names in joined text",
    san(dns("a.example.org, DNS:b.example.org")))
add("san-backslash", "a backslash, which our escapes use", san(uri("file:\\00\\x")))
add("san-malformed", "a SAN whose length runs beyond its end",
    extension("2.5.29.17", b"\x30\x20\x82\x05abc"), warnings=("bad_extension",))

# Other extensions.
add(
    "ca", "a CA with a path length", basic_constraints(True, 3), key_usage("keyCertSign", "cRLSign")
)
add("ca-no-pathlen", "a CA without a path length", basic_constraints(True))
add("ca-pathlen-0", "a path length of 0, which is not the same as none", basic_constraints(True, 0))
add("usage-all", "every key usage, in two bytes", key_usage(*KEY_USAGES))
add("usage-none", "a key usage without bits: an empty list, not an absent one", key_usage())
add("usage-malformed", "a keyUsage that is no BIT STRING", extension("2.5.29.15", der.null()),
    warnings=("bad_extension",))
add("constraints-malformed", "basicConstraints that are no SEQUENCE",
    extension("2.5.29.19", der.utf8("CA")), warnings=("bad_extension",))
add("eku-all", "every extended key usage with a name, one without, and any",
    extended_key_usage("serverAuth", "clientAuth", "codeSigning", "emailProtection",
        "timeStamping", "OCSPSigning", "anyExtendedKeyUsage", "1.3.6.1.4.1.311.20.2.2"))
add("policies", "two policies and anyPolicy", extension("2.5.29.32", der.seq(
    der.seq(der.oid("2.23.140.1.2.1")), der.seq(der.oid("2.5.29.32.0")))))
add("aia", "OCSP and CA issuers, one of them not a URL", extension("1.3.6.1.5.5.7.1.1", der.seq(
    der.seq(der.oid("1.3.6.1.5.5.7.48.1"), uri("http://ocsp.example.org/?a=b,c")),
    der.seq(der.oid("1.3.6.1.5.5.7.48.2"), directory_name(name(("CN", "x")))),
    der.seq(der.oid("1.3.6.1.5.5.7.48.2"), uri("http://ca.example.org/")))))
add("crl", "distribution points by URL, by issuer only and by relative name",
    extension("2.5.29.31", der.seq(
        der.seq(der.context(0, der.context(0, uri("http://crl.example.org/"), constructed=True),
            constructed=True), der.context(1, b"\x06\x40")),
        der.seq(der.context(2, directory_name(name(("CN", "x"))), constructed=True)),
        der.seq(der.context(0, der.context(1, attribute("CN", "y"), constructed=True),
            constructed=True)))))
add("unknown-extension", "two unknown extensions, one critical",
    extension(UNKNOWN, b"\x04\x03abc"), extension(UNKNOWN + ".1", b"not DER", critical=True))
add("duplicate-extension", "the same extension twice, which RFC 5280 forbids",
    san(dns("first.example.org")), san(dns("second.example.org")),
    warnings=("duplicate_extension",))
add("large", "50 kB", extension(UNKNOWN, der.octets(derive("large", 50_000))))
add("step-ca", "a certificate of step-ca: provisioner \"1year\", name and e-mail in the SAN",
    key_usage("digitalSignature"), extended_key_usage("serverAuth", "clientAuth"),
    san(email("jane@example.org")), extension(STEP, der.seq(der.integer(1), der.octets(b"1year"),
        der.octets(b"SlOHZ4pX0lq8sDJ0cIiIJm1Ot0AbsHp9qAdbCwkdWqo"))), identifiers=True)
add("step-ca-pairs", "a provisioner of unknown type with key-value pairs", extension(STEP, der.seq(
    der.integer(99), der.octets("Jörg".encode()), der.octets(b"id"),
    der.seq(der.utf8("k"), der.utf8("v")))))
add("step-ca-malformed", "a provisioner that cannot be read", extension(STEP, der.utf8("1year")),
    warnings=("bad_extension",))

# Keys and signatures.
add("key-rsa-2048", "an RSA key", kind="RSA-2048")
add("key-rsa-1024", "a short RSA key: certinfo reads, it does not judge", kind="RSA-1024")
add("key-rsa-pss", "a key for RSA-PSS only", kind="RSA-PSS")
add("key-p-384", "P-384", kind="P-384")
add("key-p-521", "P-521", kind="P-521")
add("key-secp256k1", "a curve that TLS does not use", kind="secp256k1")
add("key-brainpool", "a curve that not every TLS library knows", kind="brainpoolP256r1")
add("key-ed25519", "Ed25519", kind="ED25519")
add("key-ed448", "Ed448", kind="ED448")
add("key-x25519", "X25519, which cannot sign", kind="X25519")
add("key-dsa", "DSA", kind="DSA")
add("key-unknown", "a public key of an unknown algorithm",
    spki=der.seq(der.seq(der.oid(UNKNOWN)), der.bits(derive("key", 20))))
_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_POINT = Key("P-256", "info").spki()[-65:]
_BASE = bytes.fromhex("046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
add("key-explicit", "P-256 with its parameters written out", spki=der.seq(
    der.seq(der.oid("1.2.840.10045.2.1"), der.seq(der.integer(1),
        der.seq(der.oid("1.2.840.10045.1.1"), der.integer(_P)),
        der.seq(der.octets((_P - 3).to_bytes(32, "big")), der.octets(_B.to_bytes(32, "big"))),
        der.octets(_BASE), der.integer(_ORDER), der.integer(1))), der.bits(_POINT)))
_RSA_CA = Certificate("", "", name(("CN", "Info RSA CA")), Key("RSA-2048", "info-ca"))
_ED_CA = Certificate("", "", name(("CN", "Info Ed CA")), Key("ED25519", "info-ca"))
add("signature-rsa", "sha256WithRSAEncryption", issuer=_RSA_CA)
add("signature-sha1", "sha1WithRSAEncryption", issuer=_RSA_CA, digest="sha1")
add("signature-md5", "md5WithRSAEncryption", issuer=_RSA_CA, digest="md5")
add("signature-pss", "RSASSA-PSS", issuer=_RSA_CA, digest="pss")
add("signature-ed25519", "an Ed25519 signature", issuer=_ED_CA)
add("signature-sha512", "ecdsa-with-SHA512", digest="sha512")
add("signature-unknown", "a signature of an unknown algorithm",
    signature_algorithm=der.seq(der.oid(UNKNOWN)))


# SPIFFE (X509-SVID, SPIFFE-ID): one that is valid, then one for each rule that is broken.
def svid(title: str, why: str, *names: bytes, usage: bytes | None = None,
         constraints: bytes = b"", eku: bytes = b"", **rest: object) -> None:
    """Adds a certificate that is a valid SVID but for what is given."""
    key_use = key_usage("digitalSignature") if usage is None else usage
    eku = eku or extended_key_usage("serverAuth", "clientAuth")
    every = (key_use, eku, constraints or basic_constraints(False), san(*names))
    add("svid-" + title, why, *(part for part in every if part != b"-"), **rest)  # type: ignore[arg-type]


ID = uri("spiffe://example.org/service")
svid("valid", "a valid SVID", ID)
svid("other-sans", "a valid SVID with a DNS name beside the ID", dns("a.example.org"), ID)
svid("no-eku", "a valid SVID without extended key usage", ID, eku=b"-")
svid("characters", "a valid SVID: every kind of character that an ID may have",
    uri("spiffe://td-1_a.example/A.b-c_9/..."))
svid("two-uris", "two URI SANs", ID, uri("https://example.org/"))
svid("ca", "a CA", ID, constraints=basic_constraints(True))
svid("no-usage", "no keyUsage", ID, usage=b"-")
svid("usage-not-critical", "a keyUsage that is not critical", ID,
    usage=key_usage("digitalSignature", critical=False))
svid("no-signature", "keyUsage without digitalSignature", ID, usage=key_usage("keyAgreement"))
svid("cert-sign", "keyUsage with keyCertSign", ID,
    usage=key_usage("digitalSignature", "keyCertSign"))
svid("crl-sign", "keyUsage with cRLSign", ID, usage=key_usage("digitalSignature", "cRLSign"))
svid("client-only", "extended key usage without serverAuth", ID,
    eku=extended_key_usage("clientAuth"))
svid("server-only", "extended key usage without clientAuth", ID,
    eku=extended_key_usage("serverAuth"))
svid("san-not-critical", "no subject, and a SAN that is not critical", ID, subject=name())
for _title, _why, _id in (
    ("no-path", "no path", "spiffe://example.org"),
    ("root-path", "the path is the root", "spiffe://example.org/"),
    ("trailing-slash", "a slash at the end", "spiffe://example.org/a/"),
    ("empty-segment", "an empty path segment", "spiffe://example.org/a//b"),
    ("dot", "a relative path segment", "spiffe://example.org/./a"),
    ("dot-dot", "a path segment that goes up", "spiffe://example.org/a/../b"),
    ("percent", "percent-encoding", "spiffe://example.org/a%62"),
    ("path-characters", "a character that a path may not have", "spiffe://example.org/a:b"),
    ("query", "a query", "spiffe://example.org/a?b"),
    ("fragment", "a fragment", "spiffe://example.org/a#b"),
    ("userinfo", "user information", "spiffe://u@example.org/a"),
    ("port", "a port", "spiffe://example.org:8443/a"),
    ("upper-case", "a trust domain in upper case", "spiffe://Example.org/a"),
    ("empty-domain", "no trust domain", "spiffe:///a"),
    ("long-domain", "a trust domain of 256 bytes", f"spiffe://{'d' * 256}/a"),
    ("long", "an ID of 2,049 bytes", f"spiffe://example.org/{'a' * 2028}"),
    ("scheme", "another scheme", "https://example.org/a"),
):
    svid(_title, _why, uri(_id))
