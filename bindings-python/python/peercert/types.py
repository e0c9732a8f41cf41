"""This file is about the types of the dictionaries that `clientcert()` and the others give.

In: nothing. Out: a `TypedDict` for each group of the key table, keys in its order; the tests hold
the two against each other. `NotRequired`: the key is absent when it has no value.
"""

from typing import NotRequired, TypedDict

__all__ = [
    "Attribute",
    "CertInfo",
    "ClientCert",
    "ClientSummary",
    "Count",
    "Counters",
    "Details",
    "Explanation",
    "Extension",
    "Identity",
    "Oddity",
    "OtherName",
    "Provisioner",
    "San",
    "TriedRule",
    "TriedValue",
    "VerifyError",
]


class VerifyError(TypedDict):
    """One thing that is wrong with a chain."""

    #: Position in the chain: 0 is the leaf.
    depth: int
    #: The error's name, as in `verifycode`.
    code: str
    #: The error as a sentence, as in `verifyresult`.
    text: str


class OtherName(TypedDict):
    """An other name that has no list of its own."""

    #: The name's type.
    oid: str
    #: The DER of the value, lower-case hex.
    value: str


class San(TypedDict):
    """Subject alternative names by kind."""

    #: DNS names.
    dns: list[str]
    #: E-mail addresses (rfc822Name, and SmtpUTF8Mailbox of RFC 9598).
    email: list[str]
    #: URIs.
    uri: list[str]
    #: IP addresses, IPv6 in RFC 5952 form.
    ip: list[str]
    #: Microsoft user principal names (1.3.6.1.4.1.311.20.2.3).
    upn: list[str]
    #: Directory names as RFC 4514 strings.
    dirname: list[str]
    #: Registered IDs, OIDs.
    rid: list[str]
    #: Other names that have no list of their own.
    othername: list[OtherName]


class Attribute(TypedDict):
    """An attribute of a name."""

    #: OpenSSL's short name, or the OID.
    type: str
    #: The attribute's type, an OID.
    oid: str
    #: The decoded value.
    value: str


class Provisioner(TypedDict):
    """step-ca's provisioner."""

    #: The kind of provisioner (`JWK`, `ACME`, ...), or its number.
    type: str
    #: The provisioner's name.
    name: str
    #: The key or account that the provisioner used.
    credentialid: str


class Extension(TypedDict):
    """An extension."""

    #: The extension's OID.
    oid: str
    #: OpenSSL's long name, or the OID.
    name: str
    #: The extension is critical.
    critical: bool
    #: The DER of the value, lower-case hex.
    value: str


class Oddity(TypedDict):
    """What could not be read or is odd."""

    #: A stable word.
    code: str
    #: The warning as a sentence.
    text: str


class CertInfo(TypedDict):
    """A certificate: `certinfo`."""

    #: Subject in OpenSSL's XN_FLAG_ONELINE form: encoded order, `CN = a, O = b`.
    subject: str
    #: Issuer, in the form of `subject`.
    issuer: str
    #: Serial number, upper-case hex in whole bytes; `0` for zero, `-05` when negative.
    serial: str
    #: Start of validity, `Apr 30 08:12:20 2026 GMT`, the day padded with a space.
    notbefore: str
    #: End of validity, in the form of `notbefore`.
    notafter: str
    #: SHA-256 of the DER, lower-case hex.
    fingerprint: str
    #: Subject alternative names by kind, each kind in certificate order.
    san: San
    #: X.509 version: 1, 2 or 3.
    version: int
    #: Subject as an RFC 4514 string, in UTF-8.
    subjectdn: str
    #: Issuer as an RFC 4514 string, in UTF-8.
    issuerdn: str
    #: Subject as RDNs in encoded order, each a list of attributes: the form to match on.
    subjectname: list[list[Attribute]]
    #: Issuer, in the form of `subjectname`.
    issuername: list[list[Attribute]]
    #: Start of validity in seconds since 1970-01-01 UTC; negative before.
    notbeforetime: NotRequired[int]
    #: End of validity in seconds since 1970-01-01 UTC.
    notaftertime: NotRequired[int]
    #: SHA-256 of the DER of SubjectPublicKeyInfo, lower-case hex: what to pin across renewals
    #: (RFC 7469).
    spki: str
    #: `x5t#S256`: the SHA-256 of the DER in base64url without padding (RFC 8705).
    thumbprint: str
    #: `RSA`, `RSA-PSS`, `EC`, `DSA`, `ED25519`, `ED448`, `X25519`, `X448`; an unknown algorithm
    #: by OID.
    keytype: str
    #: Size of the key in bits.
    keybits: NotRequired[int]
    #: Name of the curve (`P-256`, `P-384`, `P-521`, else OpenSSL's name), or its OID; `explicit`
    #: for written-out parameters.
    keycurve: NotRequired[str]
    #: Signature algorithm of the certificate: OpenSSL's long name, or the OID.
    signature: str
    #: basicConstraints says that this is a CA (RFC 5280, 4.2.1.9).
    ca: bool
    #: basicConstraints' path length.
    pathlen: NotRequired[int]
    #: Key usages by RFC 5280 name.
    keyusage: NotRequired[list[str]]
    #: Extended key usages by RFC 5280 name, others by OID.
    extendedkeyusage: NotRequired[list[str]]
    #: Subject key identifier, lower-case hex.
    subjectkeyid: NotRequired[str]
    #: Authority key identifier, lower-case hex.
    authoritykeyid: NotRequired[str]
    #: Certificate policies, OIDs.
    policies: list[str]
    #: OCSP responders, URLs (authority information access).
    ocsp: list[str]
    #: Where the issuer's certificate is, URLs (authority information access).
    caissuers: list[str]
    #: CRL distribution points, URLs.
    crl: list[str]
    #: SPIFFE ID, only of a valid X.509-SVID leaf.
    spiffeid: NotRequired[str]
    #: step-ca's provisioner (1.3.6.1.4.1.37476.9000.64.1).
    provisioner: NotRequired[Provisioner]
    #: Every extension, in certificate order.
    extensions: list[Extension]
    #: What could not be read or is odd.
    warnings: list[Oddity]
    #: The certificate as PEM.
    pem: str


class ClientCert(TypedDict):
    """Who the client is: `clientcert()`. The keys of `CertInfo` are there when `present` is."""

    #: The client sent a certificate.
    present: bool
    #: A certificate was sent, its chain verified for TLS client authentication, and that held
    #: when this handshake ended.
    verified: bool
    #: `ok`, `absent`, or the reason as a sentence in OpenSSL 3's wording.
    verifyresult: str
    #: `OK`, `ABSENT`, or OpenSSL's X509_V_ERR name without that prefix: the first error met.
    verifycode: str
    #: Every error met, in order; empty when verified.
    verifyerrors: NotRequired[list[VerifyError]]
    #: SHA-256 of the DER of the trust anchor that vouched, lower-case hex.
    anchor: NotRequired[str]
    #: The session was resumed: the certificate was sent on an earlier connection.
    resumed: NotRequired[bool]
    #: Where the certificate was seen: `tls` (this handshake), `forwarded` (a trusted proxy's
    #: header), `host` (the program that ended TLS).
    source: str
    subject: NotRequired[str]
    issuer: NotRequired[str]
    serial: NotRequired[str]
    notbefore: NotRequired[str]
    notafter: NotRequired[str]
    fingerprint: NotRequired[str]
    san: NotRequired[San]
    version: NotRequired[int]
    subjectdn: NotRequired[str]
    issuerdn: NotRequired[str]
    subjectname: NotRequired[list[list[Attribute]]]
    issuername: NotRequired[list[list[Attribute]]]
    notbeforetime: NotRequired[int]
    notaftertime: NotRequired[int]
    spki: NotRequired[str]
    thumbprint: NotRequired[str]
    keytype: NotRequired[str]
    keybits: NotRequired[int]
    keycurve: NotRequired[str]
    signature: NotRequired[str]
    ca: NotRequired[bool]
    pathlen: NotRequired[int]
    keyusage: NotRequired[list[str]]
    extendedkeyusage: NotRequired[list[str]]
    subjectkeyid: NotRequired[str]
    authoritykeyid: NotRequired[str]
    policies: NotRequired[list[str]]
    ocsp: NotRequired[list[str]]
    caissuers: NotRequired[list[str]]
    crl: NotRequired[list[str]]
    spiffeid: NotRequired[str]
    provisioner: NotRequired[Provisioner]
    extensions: NotRequired[list[Extension]]
    warnings: NotRequired[list[Oddity]]
    pem: NotRequired[str]


class ClientSummary(TypedDict):
    """The client in short, inside `Details`."""

    present: bool
    verified: bool
    verifyresult: str
    subject: NotRequired[str]
    issuer: NotRequired[str]


class Identity(TypedDict):
    """Who a caller is by rules: `identify()`, `identity()`."""

    #: A rule matched: the caller is a user.
    identified: bool
    #: The user; not empty, at most 256 bytes, without control and invisible characters.
    user: NotRequired[str]
    #: The groups, each once, in the form of `user`.
    groups: NotRequired[list[str]]
    #: The rule that matched, counted from 1.
    rule: NotRequired[int]
    #: Where that rule stands: `FILE:LINE`, `line 2` of a text, `rule 2` of a list.
    place: NotRequired[str]
    #: What the rule looked at.
    source: NotRequired[str]
    #: The value of the certificate that matched, as it was compared.
    value: NotRequired[str]
    #: The certificate was verified; false only by a rule with `allow_unverified`.
    verified: NotRequired[bool]
    #: Why not: `absent` (no certificate), `unverified`, `no_match`.
    reason: NotRequired[str]
    #: The reason as a sentence.
    message: NotRequired[str]


class TriedValue(TypedDict):
    """What came of a value that was compared."""

    #: The value, at most 256 bytes of it, control characters escaped.
    value: str
    #: `fits`, `differs`, `left_out`.
    outcome: str
    #: The outcome as a sentence.
    message: str


class TriedRule(TypedDict):
    """What came of a rule."""

    #: The rule, counted from 1.
    rule: int
    #: Where it stands, as in `Identity`.
    place: str
    #: What it looks at.
    source: str
    #: Its value as it is written.
    pattern: str
    #: `matched`, `differs`, `no_value`, `left_out`, `no_user`, `unverified`, `anchor`,
    #: `not_tried`.
    outcome: str
    #: The outcome as a sentence.
    message: str
    #: What came of each value that was compared.
    values: list[TriedValue]


class Explanation(TypedDict):
    """What came of every rule: `explain()`, `rehearse()`."""

    #: The answer.
    identity: Identity
    #: What came of every rule, in order.
    rules: list[TriedRule]


class Details(TypedDict):
    """The connection: `details()`."""

    #: TLS version, `TLSv1.2` or `TLSv1.3`.
    sslversion: str
    #: Cipher suite, by OpenSSL's name.
    cipher: str
    #: The name that the client asked for (SNI); empty without.
    servername: str
    #: The negotiated application protocol (RFC 7301); empty without.
    alpn: str
    #: The key exchange group by its TLS name.
    group: NotRequired[str]
    #: The scheme of the client's signature, by its TLS name; absent without a certificate and
    #: when resumed.
    signaturescheme: NotRequired[str]
    #: The session was resumed.
    resumed: bool
    #: Of `clientcert`: present, verified, verifyresult and, with a certificate, subject and
    #: issuer.
    clientcert: ClientSummary


class Count(TypedDict):
    """How often one thing was met."""

    #: What is counted.
    word: str
    #: How often it was met.
    number: int


class Counters(TypedDict):
    """What has become of the handshakes of an acceptor: `counters()`."""

    #: Handshakes that have ended well since the acceptor was made.
    done: int
    #: Those of them that resumed a session.
    resumed: int
    #: Handshakes that are going on.
    inflight: int
    #: Connections that this program closed before their handshake ended, time-outs included.
    abandoned: int
    #: Clients that the mode did not let in, by verifycode.
    refused: list[Count]
    #: Handshakes that the client ended with an alert, by its name (RFC 8446, 6.2).
    alerts: list[Count]
    #: All other handshakes that failed, by error code.
    failed: list[Count]
    #: Reloads that have ended well.
    reloads: int
    #: Reloads that failed, so that what was there before is still used.
    reloadfailures: int
