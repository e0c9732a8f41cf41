"""This file is about what `certinfo` should answer, worked out from the DER and the standards.

In: a certificate as DER, and what `openssl x509` prints of it. Out: the dictionary, its keys in the
order of the contract, and the codes of the warnings.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

from reading import Value, only

TYPES = {
    "2.5.4.6": "C", "2.5.4.8": "ST", "2.5.4.7": "L", "2.5.4.10": "O", "2.5.4.11": "OU",
    "2.5.4.3": "CN", "2.5.4.5": "serialNumber", "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC", "1.2.840.113549.1.9.1": "emailAddress",
}  # fmt: skip
EXTENSIONS = {
    "2.5.29.14": "X509v3 Subject Key Identifier", "2.5.29.15": "X509v3 Key Usage",
    "2.5.29.17": "X509v3 Subject Alternative Name", "2.5.29.19": "X509v3 Basic Constraints",
    "2.5.29.31": "X509v3 CRL Distribution Points", "2.5.29.32": "X509v3 Certificate Policies",
    "2.5.29.35": "X509v3 Authority Key Identifier", "2.5.29.37": "X509v3 Extended Key Usage",
    "1.3.6.1.5.5.7.1.1": "Authority Information Access",
}  # fmt: skip
SIGNATURES = {
    "1.2.840.10045.4.3.2": "ecdsa-with-SHA256", "1.2.840.10045.4.3.4": "ecdsa-with-SHA512",
    "1.2.840.113549.1.1.11": "sha256WithRSAEncryption", "1.3.101.112": "ED25519",
    "1.2.840.113549.1.1.5": "sha1WithRSAEncryption", "1.2.840.113549.1.1.10": "rsassaPss",
    "1.2.840.113549.1.1.4": "md5WithRSAEncryption",
}  # fmt: skip
CURVES = {
    "1.2.840.10045.3.1.7": ("P-256", 256), "1.3.132.0.34": ("P-384", 384),
    "1.3.132.0.35": ("P-521", 521), "1.3.132.0.10": ("secp256k1", 256),
    "1.3.36.3.3.2.8.1.1.7": ("brainpoolP256r1", 256),
}  # fmt: skip
# Bits as OpenSSL's EVP_PKEY_get_bits counts them.
EDWARDS = {"1.3.101.112": ("ED25519", 256), "1.3.101.113": ("ED448", 456),
    "1.3.101.110": ("X25519", 253)}  # fmt: skip
KEY_USAGES = ("digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment",
    "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly")  # fmt: skip
PURPOSES = {
    **{f"1.3.6.1.5.5.7.3.{n}": word for n, word in ((1, "serverAuth"), (2, "clientAuth"),
        (3, "codeSigning"), (4, "emailProtection"), (8, "timeStamping"), (9, "OCSPSigning"))},
    "2.5.29.37.0": "anyExtendedKeyUsage",
}  # fmt: skip
PROVISIONERS = ("", "JWK", "OIDC", "GCP", "AWS", "Azure", "ACME", "X5C", "K8sSA", "SSHPOP",
    "SCEP", "Nebula")  # fmt: skip
SAN, USAGE, CONSTRAINTS, EKU = "2.5.29.17", "2.5.29.15", "2.5.29.19", "2.5.29.37"
STEP = "1.3.6.1.4.1.37476.9000.64.1"

Extension = tuple[str, bool, bytes]


class Reader:
    """Works out one certificate's dictionary and collects warnings on the way."""

    def __init__(self, der: bytes, printed: dict[str, str]) -> None:
        self.der, self.printed = der, printed
        self.warnings: list[str] = []
        tbs, self.algorithm, _ = only(der, 0x30).parts()
        fields = tbs.parts()
        versioned = fields[0].tag == 0xA0
        self.version = fields.pop(0).parts()[0].integer() + 1 if versioned else 1
        self.serial, _, self.issuer, self.validity, self.subject, self.spki, *rest = fields
        self.extensions: list[Extension] = []
        for part in rest:
            if part.tag == 0xA3:
                self.extensions = [_extension(value) for value in part.parts()[0].parts()]
        kinds = [kind for kind, _, _ in self.extensions]
        self.repeated = {kind for kind in kinds if kinds.count(kind) > 1}

    def warn(self, code: str) -> None:
        """Adds a warning, once."""
        if code not in self.warnings:
            self.warnings.append(code)

    def dictionary(self) -> dict[str, Any]:
        """The whole dictionary."""
        digest = hashlib.sha256(self.der).digest()
        if self.serial.integer() < 0:
            self.warn("negative_serial")
        times = zip(("notbeforetime", "notaftertime"), self.validity.parts(), strict=True)
        found: dict[str, Any] = {key: self.printed[key] for key in ("subject", "issuer")}
        found["serial"] = _serial(self.serial.integer())
        found |= {key: self.printed[key] for key in ("notbefore", "notafter")}
        found |= {
            "fingerprint": digest.hex(),
            "san": self.san(),
            "version": self.version,
            "subjectdn": rfc4514(self.subject),
            "issuerdn": rfc4514(self.issuer),
            "subjectname": self.name(self.subject),
            "issuername": self.name(self.issuer),
        }
        found |= {
            key: moment for key, value in times if (moment := self.seconds(value)) is not None
        }
        found |= {
            "spki": hashlib.sha256(self.spki.raw).hexdigest(),
            "thumbprint": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        }
        found |= self.key()
        found["signature"] = _named(self.algorithm.parts()[0].oid(), SIGNATURES)
        found |= self.constraints() | self.usages() | self.identifiers()
        found["policies"] = self.policies()
        found["ocsp"], found["caissuers"] = self.access("1"), self.access("2")
        found["crl"] = self.crl()
        if (spiffe := self.spiffe(found)) is not None:
            found["spiffeid"] = spiffe
        found |= self.provisioner()
        found["extensions"] = [
            {"oid": kind, "name": _named(kind, EXTENSIONS), "critical": critical,
                "value": value.hex()}
            for kind, critical, value in self.extensions
        ]  # fmt: skip
        if self.repeated:
            self.warn("duplicate_extension")
        return found

    def seconds(self, value: Value) -> int | None:
        """Seconds since 1970; `None` and a warning when it is no time."""
        text = value.body.decode().removesuffix("Z")
        if value.tag == 0x17:
            text = ("19" if text[:2] >= "50" else "20") + text
        try:
            moment = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            self.warn("bad_time")
            return None
        return int(moment.timestamp())

    def body(self, kind: str) -> bytes | None:
        """An extension's value; none when it is repeated, because then it says nothing for sure."""
        if kind in self.repeated:
            return None
        return next((value for oid, _, value in self.extensions if oid == kind), None)

    def value(self, kind: str, tag: int = 0x30) -> Value | None:
        """An extension's value as DER; a warning when it is not."""
        body = self.body(kind)
        if body is None:
            return None
        try:
            return only(body, tag)
        except ValueError:
            self.warn("bad_extension")
            return None

    def name(self, name: Value) -> list[list[dict[str, str]]]:
        """RDNs in encoded order."""
        rdns = []
        for rdn in name.parts():
            pairs = [pair.parts() for pair in rdn.parts()]
            rdns.append([self.attribute(kind.oid(), value) for kind, value in pairs])
        return rdns

    def attribute(self, kind: str, value: Value) -> dict[str, str]:
        """One attribute; a value that is no text as in RFC 4514: `#` and hex."""
        text = value.text()
        if text is not None and "\0" in text:
            self.warn("embedded_nul")
        shown = "#" + value.raw.hex().upper() if text is None else escape(text.encode())
        return {"type": TYPES.get(kind, kind), "oid": kind, "value": shown}

    def text(self, data: bytes) -> str:
        """A text of ours, escaped."""
        if b"\0" in data:
            self.warn("embedded_nul")
        try:
            data.decode()
        except UnicodeDecodeError:
            self.warn("invalid_utf8")
        return escape(data)

    def san(self) -> dict[str, list[Any]]:
        """Subject alternative names by kind."""
        kinds = ("dns", "email", "uri", "ip", "upn", "dirname", "rid", "othername")
        found: dict[str, list[Any]] = {kind: [] for kind in kinds}
        names = self.value(SAN)
        try:
            parts = names.parts() if names else []
        except ValueError:
            self.warn("bad_extension")
            parts = []
        for part in parts:
            if part.tag in (0x82, 0x81, 0x86):
                key = {0x82: "dns", 0x81: "email", 0x86: "uri"}[part.tag]
                found[key].append(self.text(part.body))
            elif part.tag == 0x87:
                if len(part.body) in (4, 16):
                    found["ip"].append(_address(part.body))
                else:
                    self.warn("bad_ip")
            elif part.tag == 0xA4:
                found["dirname"].append(rfc4514(part.parts()[0]))
            elif part.tag == 0x88:
                found["rid"].append(part.oid())
            elif part.tag == 0xA0:
                self.other_name(part, found)
            else:
                self.warn("unsupported_name")
        return found

    def other_name(self, part: Value, found: dict[str, list[Any]]) -> None:
        """An otherName goes to the list that its type has."""
        kind, wrapped = part.parts()
        (value,) = wrapped.parts()
        lists = {"1.3.6.1.4.1.311.20.2.3": "upn", "1.3.6.1.5.5.7.8.9": "email"}
        if kind.oid() in lists:
            found[lists[kind.oid()]].append(self.text(value.body))
        else:
            found["othername"].append({"oid": kind.oid(), "value": value.raw.hex()})

    def key(self) -> dict[str, Any]:
        """keytype, keybits and keycurve."""
        (kind, *parameters), bits = self.spki.parts()[0].parts(), self.spki.parts()[1].body[1:]
        oid = kind.oid()
        if oid in ("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"):
            modulus = only(bits, 0x30).parts()[0].integer()
            kind_name = "RSA-PSS" if oid.endswith("10") else "RSA"
            return {"keytype": kind_name, "keybits": modulus.bit_length()}
        if oid == "1.2.840.10040.4.1":
            return {"keytype": "DSA", "keybits": parameters[0].parts()[0].integer().bit_length()}
        if oid == "1.2.840.10045.2.1":
            if parameters[0].tag == 0x30:
                order = parameters[0].parts()[4].integer()
                return {"keytype": "EC", "keybits": order.bit_length(), "keycurve": "explicit"}
            curve, size = CURVES[parameters[0].oid()]
            return {"keytype": "EC", "keybits": size, "keycurve": curve}
        if oid in EDWARDS:
            return dict(zip(("keytype", "keybits"), EDWARDS[oid], strict=True))
        return {"keytype": oid}

    def constraints(self) -> dict[str, Any]:
        """ca and pathlen."""
        found: dict[str, Any] = {"ca": False}
        value = self.value(CONSTRAINTS)
        for part in value.parts() if value else []:
            if part.tag == 0x01:
                found["ca"] = part.body != b"\0"
            else:
                found["pathlen"] = part.integer()
        return found

    def usages(self) -> dict[str, Any]:
        """keyusage and extendedkeyusage."""
        found: dict[str, Any] = {}
        if value := self.value(USAGE, 0x03):
            found["keyusage"] = [KEY_USAGES[bit] for bit in sorted(value.named_bits())]
        if value := self.value(EKU):
            found["extendedkeyusage"] = [_named(oid.oid(), PURPOSES) for oid in value.parts()]
        return found

    def identifiers(self) -> dict[str, str]:
        """subjectkeyid and authoritykeyid."""
        found = {}
        if value := self.value("2.5.29.14", 0x04):
            found["subjectkeyid"] = value.body.hex()
        if value := self.value("2.5.29.35"):
            for part in (part for part in value.parts() if part.tag == 0x80):
                found["authoritykeyid"] = part.body.hex()
        return found

    def policies(self) -> list[str]:
        """Certificate policies."""
        value = self.value("2.5.29.32")
        return [policy.parts()[0].oid() for policy in value.parts()] if value else []

    def access(self, method: str) -> list[str]:
        """URLs of authority information access by method: 1 OCSP, 2 CA issuers."""
        value = self.value("1.3.6.1.5.5.7.1.1")
        pairs = [access.parts() for access in value.parts()] if value else []
        wanted = f"1.3.6.1.5.5.7.48.{method}"
        return [self.text(to.body) for kind, to in pairs if kind.oid() == wanted and to.tag == 0x86]

    def crl(self) -> list[str]:
        """URLs of distribution points (fullName only)."""
        value, found = self.value("2.5.29.31"), []
        for point in value.parts() if value else []:
            for part in (p for p in point.parts() if p.tag == 0xA0):
                (choice,) = part.parts()
                names = choice.parts() if choice.tag == 0xA0 else []
                found += [self.text(name.body) for name in names if name.tag == 0x86]
        return found

    def spiffe(self, found: dict[str, Any]) -> str | None:
        """The SPIFFE ID of a valid X509-SVID (X509-SVID 4, SPIFFE-ID 2)."""
        critical = {kind for kind, flag, _ in self.extensions if flag}
        usage = set(found.get("keyusage", ()))
        purposes = found.get("extendedkeyusage")
        valid = (
            len(found["san"]["uri"]) == 1
            and not found["ca"]
            and USAGE in critical
            and "digitalSignature" in usage
            and not usage & {"keyCertSign", "cRLSign"}
            and (purposes is None or {"serverAuth", "clientAuth"} <= set(purposes))
            and (self.subject.body or SAN in critical)
        )
        if not valid:
            return None
        identity: str = found["san"]["uri"][0]
        shape = re.fullmatch(r"spiffe://([a-z0-9._-]{1,255})((?:/[A-Za-z0-9._-]+)+)", identity)
        if shape is None or len(identity) > 2048:
            return None
        dots = {".", ".."} & set(shape[2].split("/"))
        return None if dots else identity

    def provisioner(self) -> dict[str, Any]:
        """step-ca's provisioner extension."""
        value = self.value(STEP)
        if value is None:
            return {}
        number, name, credential = value.parts()[:3]
        known = 0 < number.integer() < len(PROVISIONERS)
        kind = PROVISIONERS[number.integer()] if known else str(number.integer())
        return {"provisioner": {"type": kind, "name": self.text(name.body),
            "credentialid": self.text(credential.body)}}  # fmt: skip


def rfc4514(name: Value) -> str:
    """A name as RFC 4514, 2 writes it: last RDN first, UTF-8, types as OpenSSL names them."""
    rdns = [[pair.parts() for pair in rdn.parts()] for rdn in name.parts()]
    return ",".join(
        "+".join(
            f"{TYPES.get(k.oid(), k.oid())}={_rfc4514_value(k.oid(), v)}" for k, v in rdn[::-1]
        )
        for rdn in rdns[::-1]
    )


def _rfc4514_value(kind: str, value: Value) -> str:
    text = value.text()
    # A type without a name has no known syntax, so its value goes as it is encoded (2.4).
    if text is None or kind not in TYPES:
        return "#" + value.raw.hex().upper()
    escaped = ""
    for at, char in enumerate(text):
        if unicodedata.category(char) == "Cc":
            escaped += "".join(f"\\{byte:02X}" for byte in char.encode())
        elif (
            char in ',+"\\<>;'
            or (char in " #" and at == 0)
            or (char == " " and at == len(text) - 1)
        ):
            escaped += "\\" + char
        else:
            escaped += char
    return escaped


def escape(data: bytes) -> str:
    r"""Text of ours: control characters, backslashes and what is not UTF-8 as `\XX` a byte."""
    decoded = data.decode("utf-8", "surrogateescape")
    out = ""
    for char in decoded:
        raw = char.encode("utf-8", "surrogateescape")
        odd = char == "\\" or unicodedata.category(char) in ("Cc", "Cs")
        out += "".join(f"\\{byte:02X}" for byte in raw) if odd else char
    return out


def _extension(value: Value) -> Extension:
    kind, *flag, body = value.parts()
    return kind.oid(), bool(flag) and flag[0].body != b"\0", body.body


def _named(oid: str, names: dict[str, str]) -> str:
    return names.get(oid, oid)


def _serial(value: int) -> str:
    digits = f"{abs(value):X}"
    whole = digits.zfill(len(digits) + len(digits) % 2)
    return "0" if value == 0 else "-" * (value < 0) + whole


def _address(data: bytes) -> str:
    address = ipaddress.ip_address(data)
    mapped = getattr(address, "ipv4_mapped", None)
    return f"::ffff:{mapped}" if mapped else str(address)
