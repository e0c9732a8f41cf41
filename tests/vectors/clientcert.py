"""Writes clientcert.json: what a server answers to every client, in every mode; --check compares.

In: the table below, worked out from the contract's modes, OpenSSL's verification codes and the
alerts of RFC 8446, 6.2. Out: one row for each mode, client, TLS version and session, so that a
runner needs no rule of its own.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "pki"))

import live  # noqa: E402

MODES = ("none", "request", "require_any", "optional", "require")
TEXTS = {
    "DEPTH_ZERO_SELF_SIGNED_CERT": "self-signed certificate",
    "SELF_SIGNED_CERT_IN_CHAIN": "self-signed certificate in certificate chain",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY": "unable to get local issuer certificate",
    "CERT_HAS_EXPIRED": "certificate has expired",
    "CERT_NOT_YET_VALID": "certificate is not yet valid",
    "CERT_SIGNATURE_FAILURE": "certificate signature failure",
    "CERT_CHAIN_TOO_LONG": "certificate chain too long",
    "PATH_LENGTH_EXCEEDED": "path length constraint exceeded",
    "INVALID_PURPOSE": "unsuitable certificate purpose",
    "INVALID_CA": "invalid CA certificate",
    "UNHANDLED_CRITICAL_EXTENSION": "unhandled critical extension",
    "PERMITTED_VIOLATION": "permitted subtree violation",
    "EE_KEY_TOO_SMALL": "EE certificate key too weak",
    "CA_KEY_TOO_SMALL": "CA certificate key too weak",
    "CA_MD_TOO_WEAK": "CA signature digest algorithm too weak",
}
UNKNOWN_CA, BAD, EXPIRED, PURPOSE, DECRYPT, DECODE = 48, 42, 45, 43, 51, 50
NO_CERTIFICATE = {"1.2": 40, "1.3": 116}
# The first error, its depth and the alert that says so; a client that is not here verifies.
FAULTS = {
    "incomplete": ("UNABLE_TO_GET_ISSUER_CERT_LOCALLY", 0, UNKNOWN_CA),
    "unknown-leaf": ("UNABLE_TO_GET_ISSUER_CERT_LOCALLY", 0, UNKNOWN_CA),
    "unknown-intermediate": ("UNABLE_TO_GET_ISSUER_CERT_LOCALLY", 1, UNKNOWN_CA),
    "unknown-chain": ("SELF_SIGNED_CERT_IN_CHAIN", 2, UNKNOWN_CA),
    "self-signed": ("DEPTH_ZERO_SELF_SIGNED_CERT", 0, UNKNOWN_CA),
    "expired": ("CERT_HAS_EXPIRED", 0, EXPIRED),
    "not-yet-valid": ("CERT_NOT_YET_VALID", 0, BAD),
    "server-only": ("INVALID_PURPOSE", 0, PURPOSE),
    "too-deep": ("CERT_CHAIN_TOO_LONG", 2, UNKNOWN_CA),
    "pathlen-exceeded": ("PATH_LENGTH_EXCEEDED", 2, UNKNOWN_CA),
    "name-constraint": ("PERMITTED_VIOLATION", 0, BAD),
    "issuer-not-a-ca": ("INVALID_CA", 1, UNKNOWN_CA),
    "weak-issuer": ("CA_KEY_TOO_SMALL", 1, BAD),
    "rsa-1024": ("EE_KEY_TOO_SMALL", 0, BAD),
    "ec-192": ("EE_KEY_TOO_SMALL", 0, BAD),
    "sha1": ("CA_MD_TOO_WEAK", 0, BAD),
    "md5": ("CA_MD_TOO_WEAK", 0, BAD),
    "bad-signature": ("CERT_SIGNATURE_FAILURE", 0, DECRYPT),
    "unknown-critical": ("UNHANDLED_CRITICAL_EXTENSION", 0, BAD),
    "expired-server-only": ("INVALID_PURPOSE", 0, PURPOSE),
    "unknown-expired": ("UNABLE_TO_GET_ISSUER_CERT_LOCALLY", 0, UNKNOWN_CA),
}
# `large-key` ends before its certificate is judged; the engine's tests have it. What is right for
# `ending` depends on the clock; resumption.py has it.
NOT_CLIENTS = {"server", "server-rsa", "server-weak", "large-key", "ending"}
ABSENT = {"present": False, "verified": False, "verifyresult": "absent", "verifycode": "ABSENT",
    "source": "tls"}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A mode, what the client has, and the TLS version."""

    mode: str
    client: str | None
    tls: str
    library: str = ""

    def rows(self) -> list[dict[str, Any]]:
        """The fresh connection, and the next one that offers its session."""
        head: dict[str, Any] = {"mode": self.mode, "client": self.client, "tls": self.tls}
        if self.library:
            head["library"] = self.library
        if self.client is None or self.mode == "none":
            return self._absent(head)
        return self._sent(head, self.client)

    def _absent(self, head: dict[str, Any]) -> list[dict[str, Any]]:
        if self.mode in ("require", "require_any"):
            refused = {"outcome": "refused", "alert": NO_CERTIFICATE[self.tls],
                "error": "peer.no_certificate", "clientcert": ABSENT}  # fmt: skip
            return [head | {"session": "fresh"} | refused]
        accepted = {"outcome": "accepted", "clientcert": ABSENT}
        return [
            head | {"session": "fresh", "resumed": False} | accepted,
            head | {"session": "offered", "resumed": True} | accepted,
        ]

    def _sent(self, head: dict[str, Any], client: str) -> list[dict[str, Any]]:
        leaf = next(c for c in live.CERTIFICATES if c.name == client)
        fingerprint = {"fingerprint": hashlib.sha256(leaf.der).hexdigest()}
        code, depth, alert = FAULTS.get(client, ("OK", 0, 0))
        verified = code == "OK"
        text = "ok" if verified else TEXTS[code]
        verdict: dict[str, Any] = {"present": True, "verified": verified, "verifyresult": text,
            "verifycode": code}  # fmt: skip
        error = {} if verified else {"firsterror": {"depth": depth, "code": code, "text": text}}
        if verified:
            verdict["anchor"] = hashlib.sha256(live.client_ca.der).hexdigest()
        fresh = verdict | {"resumed": False, "source": "tls"}
        rest = error | fingerprint
        if not verified and self.mode in ("require", "optional"):
            refused = {"outcome": "refused", "alert": alert, "error": "peer.certificate_refused"}
            return [head | {"session": "fresh"} | refused | {"clientcert": fresh} | rest]
        accepted = {"resumed": False, "outcome": "accepted", "clientcert": fresh}
        again = accepted
        if verified and client not in NO_TICKET:
            again = accepted | {"resumed": True, "clientcert": fresh | {"resumed": True}}
        return [
            head | {"session": "fresh"} | accepted | rest,
            head | {"session": "offered"} | again | rest,
        ]


def rows() -> list[dict[str, Any]]:
    """Every row; where the TLS libraries differ, one for each."""
    found = []
    clients = [
        c.name for c in live.CERTIFICATES if not any(o.issuer is c for o in live.CERTIFICATES)
    ]
    for mode in MODES:
        for client in (None, *(name for name in clients if name not in NOT_CLIENTS)):
            for tls in ("1.2", "1.3"):
                found += list(exceptions(mode, client, tls)) or Case(mode, client, tls).rows()
    return found


def exceptions(mode: str, client: str | None, tls: str) -> list[dict[str, Any]]:
    """Rows that are as they are because of TLS or of one TLS library; none: as the table says."""
    if mode == "none" or client not in OPENSSL_CLIENT:
        return []
    absent = {"client": client}
    if client == "ec-192" and tls == "1.3":
        # TLS 1.3 has no signature scheme for this curve (RFC 8446, 4.2.3): none is sent.
        return [row | absent for row in Case(mode, None, tls).rows()]
    here = Case(mode, client, tls, "openssl").rows()
    if client in ("rsa-pss", "ed448"):
        # AWS-LC never asks for these signatures: none is sent.
        return here + [row | absent for row in Case(mode, None, tls, "aws-lc").rows()]
    head = {"mode": mode, "client": client, "tls": tls}
    if client == "no-digital-signature":
        # AWS-LC ends the handshake itself, whatever the mode: in TLS 1.3 before there is a report.
        dies: dict[str, Any] = {"outcome": "refused", "alert": 47, "error": "peer.protocol"}
        if tls == "1.2":
            text = "unspecified certificate verification error"
            error = {"depth": 0, "code": "UNSPECIFIED", "text": text}
            verdict = {"present": True, "verified": False, "verifyresult": text,
                "verifycode": "UNSPECIFIED", "resumed": False, "source": "tls"}  # fmt: skip
            dies |= {"alert": None, "clientcert": verdict, "firsterror": error,
                "fingerprint": here[0]["fingerprint"]}  # fmt: skip
        return [*here, head | {"library": "aws-lc", "session": "fresh"} | dies]
    if mode in ("request", "require_any"):
        # The curve is not among the groups, of which TLS 1.2 says that they count here, too.
        fresh = {key: here[0][key] for key in ("clientcert", "firsterror", "fingerprint")}
        dies = {"outcome": "refused", "alert": 47, "error": "peer.protocol"}
        here = [head | {"library": "openssl", "session": "fresh"} | dies | fresh]
    # AWS-LC knows no such curve: the certificate's key cannot be read.
    dies = {"outcome": "refused", "alert": DECODE, "error": "peer.protocol"}
    return [*here, head | {"library": "aws-lc", "session": "fresh"} | dies]


OPENSSL_CLIENT = ("no-digital-signature", "rsa-pss", "ed448", "ec-192")
# Leaves that are too large for a ticket; their sessions are not resumed.
NO_TICKET = ("large",)
# Options of the server for a client.
CLIENTS = {"too-deep": {"client_verify_depth": 1}}
ABOUT = [
    "What a server (live/server.pem, client CAs live/client-cas.pem) answers to each client.",
    "session: fresh, or offered: a second connection that offers the first one's session.",
    "clientcert: the keys up to source but verifyerrors, exactly; firsterror: its first entry.",
    "alert: what the client receives. library: the row holds for that TLS library alone.",
    "options: of the server, for that client; openssl_client: only OpenSSL's client can send it.",
]


def main() -> int:
    """Writes or compares."""
    head = {"about": ABOUT, "made": "clientcert.py, from its table", "options": CLIENTS,
        "openssl_client": OPENSSL_CLIENT}  # fmt: skip
    lines = [f" {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items()]
    body = ",\n".join("  " + json.dumps(row) for row in rows())
    text = "{\n" + "".join(lines) + ' "rows": [\n' + body + "\n ]\n}\n"
    path = HERE / "clientcert.json"
    if sys.argv[1:] != ["--check"]:
        path.write_text(text)
    elif path.read_text() != text:
        print("clientcert.json: differs from what clientcert.py writes")
        return 1
    print(f"{len(rows())} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
