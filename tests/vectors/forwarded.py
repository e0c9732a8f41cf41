"""Writes forwarded.json: what proxies forward and who the caller is then; --check only compares.

In: tests/pki, and the forms of RFC 9440, Envoy, nginx and Apache as their manuals have them. Out:
requests with the answer to each, header names that must be stripped, and options that are wrong.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import ssl
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

HERE = Path(__file__).parent
LIVE = HERE.parent / "pki" / "live"

ABOUT = [
    "requests: a sender and headers in; the report, null (not from a trusted proxy) or the code of the error out.",
    "proxies: names of sets of options in `proxies`. A value is a text, or a text and how often it is repeated.",
    "report: of clientcert; chain is how many certificates. Where present is false, nothing else is said.",
    "names: header names that have to be stripped, or not, with the proxy `renamed` configured.",
    "options: sets that are wrong, and every problem's code and option.",
    "made: forwarded.py, by hand from RFC 9440 and RFC 8941, Envoy's manual, nginx' and Apache's sources.",
]
SECRET = "correct-horse-battery"
PROXIES: dict[str, dict[str, Any]] = {
    "rfc9440": {"forwarded_format": "rfc9440", "forwarded_from": "10.0.0.0/8"},
    "rfc9440-verified": {"forwarded_format": "RFC-9440", "forwarded_from": ["10.0.0.0/8", "::1"],
        "forwarded_verified": True},
    "xfcc": {"forwarded_format": "xfcc", "forwarded_from": "10.0.0.1, unix"},
    "xfcc-verified": {"forwarded_format": "xfcc", "forwarded_from": "10.0.0.1",
        "forwarded_verified": True},
    "nginx": {"forwarded_format": "nginx", "forwarded_from": "10.0.0.0/8"},
    "nginx-verified": {"forwarded_format": "nginx", "forwarded_from": "10.0.0.0/8",
        "forwarded_verified": True},
    "apache": {"forwarded_format": "apache", "forwarded_from": "10.0.0.0/8"},
    "apache-underscores": {"forwarded_format": "apache", "forwarded_from": "10.0.0.0/8",
        "forwarded_cert_header": "SSL_CLIENT_CERT", "forwarded_verify_header": "SSL_CLIENT_VERIFY"},
    "renamed": {"forwarded_format": "nginx", "forwarded_from": "10.0.0.0/8",
        "forwarded_cert_header": "X-Caller-PEM", "forwarded_verify_header": "X-Caller-Verdict"},
    "secret": {"forwarded_format": "nginx", "forwarded_secret": [SECRET, "another-of-16-chars"]},
    "both": {"forwarded_format": "nginx", "forwarded_from": "10.0.0.0/8",
        "forwarded_secret": SECRET, "forwarded_secret_header": "X-Proxy-Key"},
}  # fmt: skip


def pems(name: str) -> list[str]:
    """The certificates of a file of tests/pki/live."""
    text = (LIVE / f"{name}.pem").read_text()
    return re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", text, re.S)


def der(name: str) -> bytes:
    """The leaf."""
    return ssl.PEM_cert_to_DER_cert(pems(name)[0])


def base(octets: bytes) -> str:
    """Base64."""
    return base64.b64encode(octets).decode()


def digest(name: str) -> str:
    """The fingerprint of the leaf."""
    return hashlib.sha256(der(name)).hexdigest()


def report(name: str, code: str = "OK", chain: int = 1) -> dict[str, Any]:
    """A report on a certificate."""
    return {"present": True, "verified": code == "OK", "verifycode": code, "chain": chain,
        "fingerprint": digest(name)}  # fmt: skip


NOBODY = {"present": False, "verified": False, "verifycode": "ABSENT", "chain": 0}
UNTOLD = "UNSPECIFIED"
NO_CA = "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"
UNREADABLE, LARGE, AMBIGUOUS = (
    f"peer.forwarded_{word}" for word in ("unreadable", "too_large", "ambiguous")
)
GOOD, OTHER = der("good"), der("good-other")
ITEM, OTHER_ITEM = f":{base(GOOD)}:", f":{base(OTHER)}:"
PEM = pems("good")[0]
ESCAPED, OTHER_ESCAPED = quote(PEM, safe=""), quote(pems("good-other")[0], safe="")
ABOVE = [f":{base(ssl.PEM_cert_to_DER_cert(pem))}:" for pem in pems("good-chain")]
CHAIN = quote("".join(pems("good-chain")), safe="")
HASH = digest("good")
XFCC = f'By="spiffe://example.org/edge";Hash={HASH};Cert="{ESCAPED}";Subject="CN=x";URI=;DNS=a.b'
NGINX = [["X-SSL-Client-Cert", ESCAPED], ["X-SSL-Client-Verify", "SUCCESS"]]
CC, CCC, XF = "Client-Cert", "Client-Cert-Chain", "X-Forwarded-Client-Cert"
NC, NV, AC, AV = "X-SSL-Client-Cert", "X-SSL-Client-Verify", "SSL-Client-Cert", "SSL-Client-Verify"
IN, OUT = "10.0.0.1", "203.0.113.9"
Header = list[Any]

# (why, proxies, sender, headers, answer)
REQUESTS: list[tuple[str, list[str], str, list[Header], Any]] = [
    # RFC 9440
    ("RFC 9440 has no verdict", ["rfc9440"], IN, [[CC, ITEM]], report("good", UNTOLD)),
    ("the proxy forwards only verified callers", ["rfc9440-verified"], IN, [[CC, ITEM]],
        report("good")),
    ("IPv6", ["rfc9440-verified"], "::1", [[CC, ITEM]], report("good")),
    ("IPv4 on a socket for IPv6", ["rfc9440-verified"], "::ffff:10.9.9.9", [[CC, ITEM]],
        report("good")),
    ("the dates are looked at", ["rfc9440-verified"], IN, [[CC, f":{base(der('expired'))}:"]],
        report("expired", "CERT_HAS_EXPIRED")),
    ("in small letters", ["rfc9440-verified"], IN, [["client-cert", f"  {ITEM} "]],
        report("good")),
    ("with a chain", ["rfc9440-verified"], IN, [[CC, ABOVE[0]], [CCC, ABOVE[1]]],
        report("good-chain", chain=2)),
    ("with a chain on two lines", ["rfc9440-verified"], IN,
        [[CC, ABOVE[0]], [CCC, f"{ABOVE[1]}, {ITEM}"], [CCC, OTHER_ITEM]],
        report("good-chain", chain=4)),
    ("no header is nobody", ["rfc9440-verified"], IN, [["Host", "x"]], NOBODY),
    ("a chain alone", ["rfc9440"], IN, [[CCC, ITEM]], UNREADABLE),
    ("empty", ["rfc9440"], IN, [[CC, ""]], UNREADABLE),
    ("an empty sequence", ["rfc9440"], IN, [[CC, "::"]], UNREADABLE),
    ("no colons", ["rfc9440"], IN, [[CC, base(GOOD)]], UNREADABLE),
    ("bad base64", ["rfc9440"], IN, [[CC, f":*{base(GOOD)[1:]}:"]], UNREADABLE),
    ("base64 that is cut off", ["rfc9440"], IN, [[CC, f":{base(GOOD)[:-5]}:"]], UNREADABLE),
    ("base64 with blanks", ["rfc9440"], IN, [[CC, f":{base(GOOD)[:4]} {base(GOOD)[4:]}:"]],
        UNREADABLE),
    ("base64 of something else", ["rfc9440"], IN, [[CC, f":{base(b'hello')}:"]], UNREADABLE),
    ("DER that is cut off", ["rfc9440"], IN, [[CC, f":{base(GOOD[:300])}:"]], UNREADABLE),
    ("parameters", ["rfc9440"], IN, [[CC, f"{ITEM};a=1"]], UNREADABLE),
    ("a line end", ["rfc9440"], IN, [[CC, f":{base(GOOD)[:64]}\r\n {base(GOOD)[64:]}:"]],
        UNREADABLE),
    ("a NUL", ["rfc9440"], IN, [[CC, f"{ITEM}\0"]], UNREADABLE),
    ("not ASCII", ["rfc9440"], IN, [[CC, f"{ITEM}ä"]], UNREADABLE),
    ("100 kB", ["rfc9440"], IN, [[CC, ["A", 100_000]]], LARGE),
    ("100 kB of chain", ["rfc9440"], IN, [[CC, ITEM], [CCC, [f"{ITEM}, ", 100]]], LARGE),
    ("twice", ["rfc9440"], IN, [[CC, ITEM], [CC, ITEM]], AMBIGUOUS),
    ("twice, in two spellings", ["rfc9440"], IN, [[CC, ITEM], ["client_cert", OTHER_ITEM]],
        AMBIGUOUS),
    # What a proxy leaves there that removes Client-Cert and has nobody to tell of.
    *((f"a client's own {name}", ["rfc9440-verified"], IN, [[name, ITEM]], AMBIGUOUS)
        for name in ("Client_Cert", "client.cert", "_Client-Cert")),
    ("a client's own chain", ["rfc9440-verified"], IN, [[CC, ITEM], ["Client-Cert_Chain", ITEM]],
        AMBIGUOUS),
    ("twice, joined by a server", ["rfc9440"], IN, [[CC, f"{ITEM},{OTHER_ITEM}"]], AMBIGUOUS),
    ("two forms at once", ["rfc9440"], IN, [[CC, ITEM], [XF, XFCC]], AMBIGUOUS),
    ("two forms at once, in another spelling", ["rfc9440"], IN,
        [[CC, ITEM], ["x_ssl_client_cert", ESCAPED]], AMBIGUOUS),
    ("another form alone", ["rfc9440"], IN, [[NC, ESCAPED]], AMBIGUOUS),
    # Envoy
    ("Envoy has no verdict", ["xfcc"], IN, [[XF, XFCC]], report("good", UNTOLD)),
    ("Envoy, verified", ["xfcc-verified"], IN, [[XF, XFCC]], report("good")),
    ("a client's own X_Forwarded_Client_Cert", ["xfcc-verified"], IN,
        [["X_Forwarded_Client_Cert", XFCC]], AMBIGUOUS),
    ("over a Unix socket", ["xfcc"], "unix", [[XF, XFCC]], report("good", UNTOLD)),
    ("Envoy's keys in any case", ["xfcc-verified"], IN, [[XF, f"hash={HASH.upper()};CERT={ESCAPED}"]],
        report("good")),
    ("Envoy with a chain", ["xfcc-verified"], IN, [[XF, f'Chain="{CHAIN}"']],
        report("good-chain", chain=2)),
    ("Envoy with certificate and chain", ["xfcc-verified"], IN,
        [[XF, f'Cert="{quote(pems("good-chain")[0], safe="")}";Chain="{CHAIN}"']],
        report("good-chain", chain=2)),
    ("a chain of somebody else", ["xfcc"], IN, [[XF, f'Cert="{ESCAPED}";Chain="{CHAIN}"']],
        UNREADABLE),
    ("a subject that holds quotes and commas", ["xfcc-verified"], IN,
        [[XF, f'Subject="CN=\\"a\\", O=b;Cert=x";Hash={HASH};Cert="{ESCAPED}"']], report("good")),
    ("Envoy says nothing", ["xfcc"], IN, [[XF, ""]], NOBODY),
    ("a hash that is another's", ["xfcc"], IN, [[XF, f'Hash={digest("good-other")};Cert="{ESCAPED}"']],
        UNREADABLE),
    ("no certificate, only what it says", ["xfcc"], IN, [[XF, f'Hash={HASH};Subject="CN=x"']],
        UNREADABLE),
    ("two elements", ["xfcc"], IN, [[XF, f"{XFCC},{XFCC}"]], AMBIGUOUS),
    ("two certificates in an element", ["xfcc"], IN,
        [[XF, f"{XFCC};Cert={OTHER_ESCAPED}"]], AMBIGUOUS),
    ("a URI that breaks out", ["xfcc"], IN,
        [[XF, f'Hash={HASH};Cert="{ESCAPED}";URI=a;Hash={digest("good-other")}']], AMBIGUOUS),
    ("two certificates in Cert", ["xfcc"], IN, [[XF, f'Cert="{ESCAPED}{OTHER_ESCAPED}"']],
        UNREADABLE),
    ("a quote without its end", ["xfcc"], IN, [[XF, f'Cert="{ESCAPED}']], UNREADABLE),
    ("a pair without a value", ["xfcc"], IN, [[XF, f"Cert={ESCAPED};Hash"]], UNREADABLE),
    ("an unknown key", ["xfcc"], IN, [[XF, f"{XFCC};Name=x"]], UNREADABLE),
    ("a broken escape", ["xfcc"], IN, [[XF, f"Cert={ESCAPED[:-3]}%0"]], UNREADABLE),
    ("Envoy's header twice", ["xfcc"], IN, [[XF, XFCC], [XF, XFCC]], AMBIGUOUS),
    ("Envoy, 100 kB", ["xfcc"], IN, [[XF, ["Cert=%41;", 12_000]]], LARGE),
    # nginx
    ("nginx", ["nginx"], IN, NGINX, report("good")),
    ("nginx: failed", ["nginx"], IN,
        [[NC, ESCAPED], [NV, "FAILED:unable to get local issuer certificate"]],
        report("good", NO_CA)),
    ("nginx: nobody", ["nginx"], IN, [[NC, ""], [NV, "NONE"]], NOBODY),
    ("nginx: nobody, and a verdict", ["nginx"], IN, [[NV, "SUCCESS"]], NOBODY),
    ("nginx without a verdict", ["nginx"], IN, [[NC, ESCAPED]], report("good", UNTOLD)),
    ("nginx without a verdict, but set so", ["nginx-verified"], IN, [[NC, ESCAPED]],
        report("good")),
    ("a verdict counts more than what is set", ["nginx-verified"], IN,
        [[NC, ESCAPED], [NV, "FAILED:certificate revoked"]], report("good", "CERT_REVOKED")),
    ("an empty verdict is none", ["nginx-verified"], IN, [[NC, ESCAPED], [NV, ""]],
        report("good", UNTOLD)),
    ("a verdict that is not understood", ["nginx"], IN, [[NC, ESCAPED], [NV, "SUCCESS,SUCCESS"]],
        report("good", UNTOLD)),
    ("nginx, folded", ["nginx"], IN, [[NC, PEM[:-1].replace("\n", " \t")], [NV, "SUCCESS"]],
        report("good")),
    ("nginx, escaped in small letters", ["nginx"], IN,
        [[NC, re.sub("%..", lambda m: m[0].lower(), ESCAPED)], [NV, "SUCCESS"]], report("good")),
    ("the dates of nginx' caller", ["nginx"], IN,
        [[NC, quote(pems("expired")[0], safe="")], [NV, "SUCCESS"]],
        report("expired", "CERT_HAS_EXPIRED")),
    ("two certificates in a value", ["nginx"], IN, [[NC, f"{ESCAPED},{OTHER_ESCAPED}"], NGINX[1]],
        AMBIGUOUS),
    ("nginx' header twice", ["nginx"], IN, [*NGINX, [NC, ESCAPED]], AMBIGUOUS),
    ("nginx' verdict twice", ["nginx"], IN, [*NGINX, [NV, "NONE"]], AMBIGUOUS),
    ("a key instead of a certificate", ["nginx"], IN,
        [[NC, quote((LIVE / "good.key").read_text(), safe="")], NGINX[1]], UNREADABLE),
    ("a certificate after something else", ["nginx"], IN, [[NC, f"x{ESCAPED}"], NGINX[1]],
        UNREADABLE),
    ("bad base64 in PEM", ["nginx"], IN, [[NC, ESCAPED.replace("MII", "*II", 1)], NGINX[1]],
        UNREADABLE),
    ("percent signs that say nothing", ["nginx"], IN, [[NC, "%zz"], NGINX[1]], UNREADABLE),
    ("not UTF-8", ["nginx"], IN, [[NC, "%FF%FE"], NGINX[1]], UNREADABLE),
    ("words", ["nginx"], IN, [[NC, "SUCCESS"], NGINX[1]], UNREADABLE),
    ("nginx, 100 kB", ["nginx"], IN, [[NC, ["%41", 34_000]], NGINX[1]], LARGE),
    ("nginx: a line end in the verdict", ["nginx"], IN, [[NC, ESCAPED], [NV, "SUCCESS\nX: y"]],
        UNREADABLE),
    ("names of one's own", ["renamed"], IN,
        [["X-Caller-PEM", ESCAPED], ["x-caller-verdict", "SUCCESS"]], report("good")),
    ("names of one's own, in another spelling", ["renamed"], IN,
        [["X-Caller-PEM", ESCAPED], ["x_caller_verdict", "SUCCESS"]], AMBIGUOUS),
    ("the usual names beside one's own", ["renamed"], IN,
        [["X-Caller-PEM", ESCAPED], ["X-Caller-Verdict", "SUCCESS"], [NC, OTHER_ESCAPED]], AMBIGUOUS),
    # Apache
    ("Apache", ["apache"], IN, [[AC, PEM.replace("\n", " ")], [AV, "SUCCESS"]], report("good")),
    ("Apache with underscores", ["apache-underscores"], IN,
        [["SSL_CLIENT_CERT", PEM.replace("\n", " ")], ["SSL_CLIENT_VERIFY", "SUCCESS"]],
        report("good")),
    ("Apache with underscores that it does not write", ["apache"], IN,
        [["SSL_CLIENT_CERT", PEM.replace("\n", " ")], ["SSL_CLIENT_VERIFY", "SUCCESS"]], AMBIGUOUS),
    ("Apache, base64 alone", ["apache"], IN, [[AC, base(GOOD)], [AV, "SUCCESS"]], report("good")),
    ("Apache: nobody", ["apache"], IN, [[AC, "(null)"], [AV, "NONE"]], NOBODY),
    ("Apache: generous is not verified", ["apache"], IN,
        [[AC, PEM.replace("\n", " ")], [AV, "GENEROUS"]], report("good", UNTOLD)),
    ("Apache: failed", ["apache"], IN,
        [[AC, PEM.replace("\n", " ")], [AV, "FAILED:certificate has expired"]],
        report("good", "CERT_HAS_EXPIRED")),
    # Who is trusted
    ("somebody else", ["nginx"], OUT, NGINX, None),
    ("somebody who is not known", ["nginx"], "", NGINX, None),
    ("somebody whose address is a name", ["nginx"], "proxy.example.org", NGINX, None),
    ("somebody else, with rubbish", ["rfc9440"], OUT, [[CC, ["A", 100_000]]], None),
    ("no proxy at all", [], IN, NGINX, None),
    ("the secret", ["secret"], OUT, [*NGINX, ["X-Peercert-Secret", SECRET]], report("good")),
    ("the second secret", ["secret"], "", [*NGINX, ["x-peercert-secret", "another-of-16-chars"]],
        report("good")),
    ("another secret", ["secret"], OUT, [*NGINX, ["X-Peercert-Secret", f"{SECRET}!"]], None),
    ("half of the secret", ["secret"], OUT, [*NGINX, ["X-Peercert-Secret", SECRET[:16]]], None),
    ("no secret", ["secret"], OUT, NGINX, None),
    ("two secrets at once", ["secret"], OUT,
        [*NGINX, ["X-Peercert-Secret", "x"], ["X-Peercert-Secret", SECRET]], None),
    ("address and secret", ["both"], IN, [*NGINX, ["X-Proxy-Key", SECRET]], report("good")),
    ("the address alone", ["both"], IN, NGINX, None),
    ("the secret alone", ["both"], OUT, [*NGINX, ["X-Proxy-Key", SECRET]], None),
    ("the first proxy that is meant", ["both", "rfc9440"], IN, [[CC, ITEM]],
        report("good", UNTOLD)),
]  # fmt: skip

STRIPPED = ["Client-Cert", "client-cert", "CLIENT_CERT", "Client.Cert", "client_cert-chain",
    "X-Forwarded-Client-Cert", "x_forwarded_client_cert", "X-SSL-Client-Cert", "X-Ssl-Client-S-Dn",
    "SSL_CLIENT_VERIFY", "ssl-client-s-dn-cn", "X-Forwarded-Tls-Client-Cert-Info", "X-Client-Cert",
    "X-Amzn-Mtls-Clientcert-Subject", "Remote-User", "remote_user", "Auth-Type", "Peercert-User", "X-Caller-PEM", "x_caller_verdict",
    "X-ARR-ClientCert", " Client-Cert "]  # fmt: skip
KEPT = ["Host", "Client", "Client-Certificate", "X-Client-Cert-Foo", "Forwarded", "X-Forwarded-For",
    "Authorization", "X-Peercert-Secret", "SSL-Client", ""]  # fmt: skip

OPTIONS: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("anybody could be the proxy", {"forwarded_format": "nginx"},
        [("config.missing_option", "forwarded_from")]),
    ("no form", {"forwarded_from": "::1"}, [("config.missing_option", "forwarded_format")]),
    ("an unknown form", {"forwarded_from": "::1", "forwarded_format": "iis"},
        [("config.invalid_value", "forwarded_format")]),
    ("everybody", {"forwarded_from": "0.0.0.0/0", "forwarded_format": "nginx"},
        [("config.invalid_value", "forwarded_from")]),
    ("a network with bits beyond its length", {"forwarded_from": "10.0.0.1/8",
        "forwarded_format": "nginx"}, [("config.invalid_value", "forwarded_from")]),
    ("two that are no networks", {"forwarded_from": ["10.0.0.0/8", "proxy", "::/129"],
        "forwarded_format": "nginx"}, [("config.invalid_value", "forwarded_from")] * 2),
    ("a secret that can be guessed", {"forwarded_secret": "hunter2", "forwarded_format": "nginx"},
        [("config.invalid_value", "forwarded_secret")]),
    ("a secret with a line end", {"forwarded_secret": f"{SECRET}\n", "forwarded_format": "nginx"},
        [("config.invalid_value", "forwarded_secret")]),
    ("wrong types", {"forwarded_from": 10, "forwarded_format": True, "forwarded_verified": "yes",
        "forwarded_secret": [], "forwarded_secret_header": 1}, [
            ("config.wrong_type", "forwarded_format"), ("config.wrong_type", "forwarded_from"),
            ("config.wrong_type", "forwarded_secret"),
            ("config.wrong_type", "forwarded_secret_header"),
            ("config.wrong_type", "forwarded_verified")]),
    ("unknown, and twice", {"forwarded_from": "::1", "forwarded_format": "nginx",
        "ForwardedFormat": "apache", "forwarded_trust": "::1"}, [
            ("config.duplicate_option", "forwarded_format"),
            ("config.unknown_option", "forwarded_trust")]),
    ("header names where the form has its own", {"forwarded_from": "::1",
        "forwarded_format": "rfc9440", "forwarded_cert_header": "X-Cert"},
        [("config.conflicting_options", "forwarded_cert_header")]),
    ("one header for both", {"forwarded_from": "::1", "forwarded_format": "nginx",
        "forwarded_cert_header": "X-Cert", "forwarded_verify_header": "x_cert"},
        [("config.conflicting_options", "forwarded_cert_header")]),
    ("what is no name of a header", {"forwarded_from": "::1", "forwarded_format": "nginx",
        "forwarded_cert_header": "X Cert:"}, [("config.invalid_value", "forwarded_cert_header")]),
]  # fmt: skip


def main() -> int:
    """Writes or compares the vectors."""
    requests = [
        {"why": why, "proxies": proxies, "sender": sender, "headers": headers,
            ("error" if isinstance(answer, str) else "report"): answer}
        for why, proxies, sender, headers, answer in REQUESTS
    ]  # fmt: skip
    names = [{"name": name, "claims": name in STRIPPED} for name in STRIPPED + KEPT]
    options = [
        {"why": why, "options": given, "problems": [list(problem) for problem in problems]}
        for why, given, problems in OPTIONS
    ]

    def block(rows: list[Any]) -> str:
        return ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows)

    proxies = ",\n".join(f'  "{name}": {json.dumps(given)}' for name, given in PROXIES.items())
    about = json.dumps(ABOUT, ensure_ascii=False, indent=2).replace("\n", "\n ")
    text = (
        f'{{\n "about": {about},\n "proxies": {{\n{proxies}\n }},\n "rows": [\n{block(requests)}\n ],\n'
        f' "names": [\n{block(names)}\n ],\n "options": [\n{block(options)}\n ]\n}}\n'
    )
    path = HERE / "forwarded.json"
    if sys.argv[1:] != ["--check"]:
        path.write_text(text, encoding="utf-8")
    elif not path.is_file() or path.read_text(encoding="utf-8") != text:
        print("forwarded.json: differs from what forwarded.py writes")
        return 1
    print(f"{len(requests)} requests, {len(names)} names, {len(options)} sets of options")
    return 0


if __name__ == "__main__":
    sys.exit(main())
