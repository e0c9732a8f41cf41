"""Writes export.json: what Apache, nginx and others would say of a caller; --check only compares.

In: tests/pki, the `openssl` command (names, dates, serial numbers, algorithms), expected.py (the
rest, from the DER), and the formats as the sources and manuals of these servers have them. Nothing of
peercert takes part. Out: one row for each caller, with every export of it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from certinfo import openssl
from expected import Reader

HERE = Path(__file__).parent
TESTS = HERE.parent

ABOUT = [
    "A caller in; what is exported of it, by format, out. Of Apache without SSL_VERSION_..., which name us.",
    "certificate: a file of tests, PEM; null is none. verdict: what the host says of it.",
    "details: what is known of the connection; server is a file of tests.",
    "made: export.py, from openssl x509, mod_ssl's ssl_engine_vars.c, nginx' ngx_event_openssl.c,",
    "RFC 9440, Envoy's manual, asgiref's specs/tls.rst. Differences on purpose are in docs/names.md.",
]
NOW = 1_767_225_600  # 2026-01-01
SERVER = "pki/live/server.pem"
TLS13 = {"now": NOW, "protocol": "TLSv1.3", "server": SERVER, "server_name": "www.example.org",
    "cipher": {"name": "TLS_AES_256_GCM_SHA384", "number": 0x1302, "bits": [256, 256]},
    "alpn": "h2", "resumed": False, "secure_renegotiation": True,
    "signature_scheme": "ecdsa_secp256r1_sha256", "session_id": "00a1ff"}  # fmt: skip
TLS12 = {"now": NOW, "protocol": "TLSv1.2", "server": "pki/info/everything.pem",
    "cipher": {"name": "ECDHE-RSA-AES128-GCM-SHA256", "number": 0xC02F, "bits": [128, 128]},
    "resumed": True, "secure_renegotiation": False}  # fmt: skip
NO_CA = "FAILED:unable to get local issuer certificate"
ATTRIBUTES = {"C": "C", "ST": "ST", "L": "L", "O": "O", "OU": "OU", "CN": "CN", "UID": "UID",
    "emailAddress": "Email", "serialNumber": "SerialNumber", "title": "T", "initials": "I",
    "GN": "G", "SN": "S", "description": "D"}  # fmt: skip
SRV = "1.3.6.1.5.5.7.8.7"
NOT_EXPRESSIBLE, NO_NAME = "certificate.not_expressible", "state.invalid_argument"

# (why, certificate, verdict, details)
CALLERS: list[tuple[str, str | None, str, dict[str, Any]]] = [
    ("a good client", "live/good", "SUCCESS", TLS13 | {"user": "jane"}),
    ("nobody, over a connection that is known", None, "NONE", TLS13 | {"user": "jane"}),
    ("nobody, and nothing is known", None, "NONE", {"now": NOW}),
    ("an unknown CA", "live/good", NO_CA, TLS12 | {"user": "jane"}),
    ("an unknown CA, in Apache's generous words", "live/good", NO_CA, TLS12 | {"generous": True}),
    ("expired is not generous", "live/expired", "SUCCESS", TLS13 | {"generous": True}),
    ("pinned, though of an unknown CA", "live/good", NO_CA,
        TLS13 | {"user": "jane", "pinned": True}),
    ("a user that is not ASCII", "live/good", "SUCCESS", {"now": NOW, "user": "Łukasz"}),
    ("a user with a line end", "live/good", "SUCCESS", {"now": NOW, "user": "a\r\nX: b"}),
    ("a user without a name", "live/good", "SUCCESS", {"now": NOW, "user": ""}),
    ("less than a day is left", "live/good", "SUCCESS", {"now": 2_366_841_600 - 86_399}),
    ("exactly a day is left", "live/good", "SUCCESS", {"now": 2_366_841_600 - 86_400}),
    ("every kind of name", "info/everything", "SUCCESS", TLS12),
    *[(why, f"info/{name}", "SUCCESS", {"now": NOW}) for why, name in (
        ("RDNs of several attributes", "name-multi"), ("an attribute twice", "name-repeated"),
        ("UTF-8", "name-latin"), ("characters that are escaped", "name-special"),
        ("a comma", "name-comma"), ("a quote", "name-quote"), ("a backslash", "name-backslash"),
        ("a plus", "name-plus"), ("a slash", "name-slash"), ("a line end", "name-control"),
        ("a NUL in a name", "name-nul"), ("blanks at the edges", "name-spaces"),
        ("UTF-16", "name-bmp"), ("Latin-1", "name-t61"), ("an unknown attribute", "name-unknown-oid"),
        ("no name", "name-none"), ("an empty value", "name-empty"),
        ("user principal names", "san-upn"), ("addresses", "san-ip"), ("names of all kinds", "san-mixed"),
        ("a service name", "san-srv"), ("a comma in a DNS name", "san-dns-comma"),
        ("a NUL in a DNS name", "san-dns-nul"), ("a backslash in names", "san-backslash"),
        ("a SPIFFE ID", "svid-valid"), ("a serial number of zero", "serial-zero"),
        ("a negative serial number", "serial-negative"), ("a long serial number", "serial-20"),
        ("a serial number of one", "serial-one"), ("an Ed25519 key", "key-ed25519"),
        ("RSA", "key-rsa-2048"), ("RSA-PSS", "signature-pss"), ("an unknown key", "key-unknown"),
        ("an unknown signature", "signature-unknown"), ("the year 9999", "date-9999"),
        ("version 1", "v1"))],
]  # fmt: skip


class Facts:
    """What openssl and expected.py say of a certificate."""

    def __init__(self, name: str) -> None:
        text = (TESTS / "pki" / f"{name}.pem").read_text()
        block = re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", text, re.S)
        assert block, name
        self.pem = block.group()
        self.der = ssl.PEM_cert_to_DER_cert(self.pem)
        self.ascii, self.utf8 = (openssl(self.pem, f) for f in ("rfc2253", "rfc2253,-esc_msb"))
        self.legacy = openssl(self.pem, "compat")
        reader = Reader(self.der, openssl(self.pem, "oneline"))
        self.info = reader.dictionary()
        self.version = reader.version
        self.decimal = reader.serial.integer()
        command = ["openssl", "x509", "-noout", "-text", "-nameopt", "oneline"]
        out = subprocess.run(command, input=self.pem.encode(), capture_output=True, check=True)
        self.text = out.stdout.decode(errors="replace")

    def algorithm(self, kind: str) -> str:
        """The long name of an algorithm, Apache's UNKNOWN for one without."""
        found = re.search(rf"{kind} Algorithm: (.*)", self.text)
        assert found
        name = found[1].strip()
        return "UNKNOWN" if re.fullmatch(r"[0-9.]+", name) else name

    def days(self, now: int) -> str:
        """Whole days that are left."""
        end = self.info.get("notaftertime", now)
        return str(max(0, (end - now) // 86_400))


def doubled(text: str) -> str:
    """OpenSSL doubles a backslash where the dictionary has its number."""
    return text.replace("\\5C", "\\\\")


def verdict(facts: Facts | None, told: str) -> str:
    """What the report should make of it: the dates are looked at, too."""
    if facts is None:
        return "NONE"
    if told == "SUCCESS" and facts.info["notaftertime"] < NOW:
        return "FAILED:certificate has expired"
    return told


def apache(facts: Facts | None, word: str, details: dict[str, Any]) -> dict[str, str]:
    """mod_ssl's environment."""
    found = {"HTTPS": "on"}
    if "protocol" in details:
        secure = "true" if details["secure_renegotiation"] else "false"
        used, possible = details["cipher"]["bits"]
        found |= {"SSL_PROTOCOL": details["protocol"], "SSL_COMPRESS_METHOD": "NULL",
            "SSL_SECURE_RENEG": secure, "SSL_CIPHER": details["cipher"]["name"],
            "SSL_CIPHER_EXPORT": "false", "SSL_CIPHER_USEKEYSIZE": str(used),
            "SSL_CIPHER_ALGKEYSIZE": str(possible),
            "SSL_SESSION_RESUMED": "Resumed" if details["resumed"] else "Initial"}  # fmt: skip
    if "server_name" in details:
        found["SSL_TLS_SNI"] = details["server_name"]
    if "session_id" in details:
        found["SSL_SESSION_ID"] = details["session_id"]
    generous = details.get("generous") and word == NO_CA
    found["SSL_CLIENT_VERIFY"] = "GENEROUS" if generous else word
    if facts is not None:
        found |= apache_certificate("SSL_CLIENT", facts)
        found["SSL_CLIENT_V_REMAIN"] = facts.days(details["now"])
        found["SSL_CLIENT_CERT_RFC4523_CEA"] = (
            f'{{ serialNumber {facts.decimal}, issuer rdnSequence:"{facts.ascii["issuer"]}" }}'
        )
        for name, kind in (("OTHER_msUPN", "upn"), ("URI", "uri"), ("IP", "ip")):
            found |= numbered(f"SSL_CLIENT_SAN_{name}", facts.info["san"][kind])
    if "server" in details:
        server = Facts(details["server"].removeprefix("pki/").removesuffix(".pem"))
        found |= apache_certificate("SSL_SERVER", server)
        services = [bytes.fromhex(name["value"])[2:].decode()
            for name in server.info["san"]["othername"] if name["oid"] == SRV]  # fmt: skip
        found |= numbered("SSL_SERVER_SAN_OTHER_dnsSRV", services)
    return {name: value for name, value in found.items() if value}


def apache_certificate(prefix: str, facts: Facts) -> dict[str, str]:
    """What client and server have in common."""
    found = {"M_VERSION": str(facts.version), "M_SERIAL": facts.ascii["serial"],
        "V_START": facts.ascii["notbefore"], "V_END": facts.ascii["notafter"],
        "S_DN": facts.utf8["subject"], "I_DN": facts.utf8["issuer"],
        "A_KEY": facts.algorithm("Public Key"), "A_SIG": facts.algorithm("Signature"),
        "CERT": facts.pem}  # fmt: skip
    for part, key in (("S_DN", "subjectname"), ("I_DN", "issuername")):
        seen: dict[str, int] = {}
        for attribute in (a for rdn in facts.info[key] for a in rdn):
            if (name := ATTRIBUTES.get(attribute["type"])) is not None:
                at = seen[name] = seen.get(name, -1) + 1
                found[f"{part}_{name}" + (f"_{at}" if at else "")] = doubled(attribute["value"])
    for name, kind in (("Email", "email"), ("DNS", "dns")):
        found |= numbered(f"SAN_{name}", facts.info["san"][kind])
    return {f"{prefix}_{name}": value for name, value in found.items()}


def numbered(prefix: str, values: list[str]) -> dict[str, str]:
    """`PREFIX_0`, `PREFIX_1`, ..."""
    return {f"{prefix}_{at}": doubled(value) for at, value in enumerate(values)}


def nginx(facts: Facts | None, word: str, details: dict[str, Any]) -> dict[str, str]:
    """nginx's variables."""
    found = {"ssl_protocol": details.get("protocol", ""),
        "ssl_cipher": details.get("cipher", {}).get("name", ""),
        "ssl_session_id": details.get("session_id", ""),
        "ssl_session_reused": {True: "r", False: ".", None: ""}[details.get("resumed")],
        "ssl_server_name": details.get("server_name", ""),
        "ssl_alpn_protocol": details.get("alpn", ""), "ssl_client_verify": word}  # fmt: skip
    if facts is not None:
        found |= {
            "ssl_client_cert": facts.pem[:-1].replace("\n", "\n\t"),
            "ssl_client_raw_cert": facts.pem,
            "ssl_client_escaped_cert": quote(facts.pem, safe=""),
            "ssl_client_s_dn": facts.ascii["subject"],
            "ssl_client_i_dn": facts.ascii["issuer"],
            "ssl_client_s_dn_legacy": facts.legacy["subject"],
            "ssl_client_i_dn_legacy": facts.legacy["issuer"],
            "ssl_client_serial": facts.ascii["serial"],
            "ssl_client_fingerprint": hashlib.sha1(facts.der).hexdigest(),  # noqa: S324
            "ssl_client_v_start": facts.ascii["notbefore"],
            "ssl_client_v_end": facts.ascii["notafter"],
            "ssl_client_v_remain": facts.days(details["now"]),
            "ssl_client_sigalg": details.get("signature_scheme", ""),
        }
    return {name: value for name, value in found.items() if value}


def cgi(facts: Facts | None, verified: bool, details: dict[str, Any]) -> dict[str, str]:
    """REMOTE_USER and its kin."""
    user = details.get("user")
    if user is not None and (not user or re.search(r"[\x00-\x1f]", user)):
        return {"error": NO_NAME}
    found: dict[str, str] = {}
    if user and (verified or (details.get("pinned") and facts)):
        found |= {"REMOTE_USER": user, "AUTH_TYPE": "ClientCert"}
    if facts and verified:
        found["SSL_CLIENT_CERT"] = facts.pem
    return found


def basicauth(facts: Facts | None, verified: bool) -> dict[str, str]:
    """FakeBasicAuth."""
    if not facts or not verified or not facts.legacy["subject"]:
        return {}
    user = facts.legacy["subject"]
    if ":" in user:
        return {"error": NOT_EXPRESSIBLE}
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:password".encode()).decode()}


def rfc9440(facts: Facts | None, verified: bool) -> dict[str, str]:
    """Client-Cert."""
    if not facts or not verified:
        return {}
    return {"Client-Cert": f":{base64.b64encode(facts.der).decode()}:"}


def xfcc(facts: Facts | None, verified: bool, details: dict[str, Any]) -> dict[str, str]:
    """X-Forwarded-Client-Cert, every value of it quoted."""
    if not facts or not verified:
        return {}
    pairs = []
    if "server" in details:
        server = Facts(details["server"].removeprefix("pki/").removesuffix(".pem"))
        pairs += [("By", quotable(uri)) for uri in server.info["san"]["uri"]]
    subject = re.sub(r"\\([^0-9A-F])", lambda m: f"\\{ord(m[1]):02X}", facts.ascii["subject"])
    pairs += [("Hash", facts.info["fingerprint"]), ("Cert", quote(facts.pem, safe="")),
        ("Subject", subject)]  # fmt: skip
    pairs += [("URI", quotable(uri)) for uri in facts.info["san"]["uri"]]
    pairs += [("DNS", quotable(dns)) for dns in facts.info["san"]["dns"]]
    return {"X-Forwarded-Client-Cert": ";".join(f'{key}="{value}"' for key, value in pairs)}


def quotable(name: str) -> str:
    """A name of the dictionary, its escapes undone, what no URI has percent-encoded."""
    plain = re.sub(rb"\\([0-9A-F]{2})", lambda m: bytes.fromhex(m[1].decode()), name.encode())
    safe = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in '"\\')
    return quote(plain, safe=safe)


def asgi(facts: Facts | None, word: str, details: dict[str, Any]) -> dict[str, Any]:
    """ASGI's six keys."""
    codes = {NO_CA: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        "FAILED:certificate has expired": "CERT_HAS_EXPIRED"}  # fmt: skip
    server = (TESTS / details["server"]).read_text() if "server" in details else None
    return {
        "server_cert": server,
        "client_cert_chain": [facts.pem] if facts else [],
        "client_cert_name": facts.utf8["subject"] if facts else None,
        "client_cert_error": codes.get(word),
        "tls_version": {"TLSv1.2": 771, "TLSv1.3": 772}.get(details.get("protocol", "")),
        "cipher_suite": details.get("cipher", {}).get("number"),
    }


def row(why: str, name: str | None, told: str, details: dict[str, Any]) -> dict[str, Any]:
    """One caller's row."""
    facts = Facts(name) if name else None
    word = verdict(facts, told)
    verified = word == "SUCCESS"
    return {
        "why": why,
        "certificate": f"pki/{name}.pem" if name else None,
        "verdict": told,
        "details": details,
        "apache": apache(facts, word, details),
        "nginx": nginx(facts, word, details),
        "cgi": cgi(facts, verified, details),
        "basicauth": basicauth(facts, verified),
        "rfc9440": rfc9440(facts, verified),
        "xfcc": xfcc(facts, verified, details),
        "asgi": asgi(facts, word, details),
    }


def main() -> int:
    """Writes or compares the vectors."""
    rows = [row(*caller) for caller in CALLERS]
    lines = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows)
    about = json.dumps(ABOUT, ensure_ascii=False, indent=2).replace("\n", "\n ")
    text = f'{{\n "about": {about},\n "rows": [\n{lines}\n ]\n}}\n'
    path = HERE / "export.json"
    if sys.argv[1:] != ["--check"]:
        path.write_text(text, encoding="utf-8")
    elif not path.is_file() or path.read_text(encoding="utf-8") != text:
        print("export.json: differs from what export.py writes")
        return 1
    print(f"{len(rows)} callers")
    return 0


if __name__ == "__main__":
    sys.exit(main())
