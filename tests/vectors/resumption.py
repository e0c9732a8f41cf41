"""Writes resumption.json: who meets what with the session of an earlier connection; --check compares.

In: the rules below, worked out from the contract (Resumption never weakens client authentication)
and RFC 6066, 3. Out: one row for each TLS version, pair of modes, fate of the certificate, host and
process, so that a runner needs no rule of its own.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "pki"))

import live  # noqa: E402
import revocation  # noqa: E402

MODES = ("none", "request", "require_any", "optional", "require")
NEED_ONE = ("require_any", "require")
NEED_GOOD = ("optional", "require")
NO_CERTIFICATE = {"1.2": 40, "1.3": 116}
DAY = 1_780_272_000  # 2026-06-01
END = 1_893_456_000  # 2030-01-01, the notAfter of `ending`


@dataclass(frozen=True)
class Fate:
    """What a client sends, and what has become of it when it comes again."""

    client: str | None
    code: str = "OK"
    text: str = "ok"
    alert: int = 0
    # Of the server, before and after: the client CAs and their CRL.
    ca: tuple[str, str] = ("client-cas.pem", "client-cas.pem")
    crl: tuple[str | None, str | None] = (None, None)
    # Seconds since 1970, before and after.
    clock: tuple[int, int] = (DAY, DAY + 20)

    @property
    def files_changed(self) -> bool:
        """The policy is another one, where certificates are asked for."""
        return self.ca[0] != self.ca[1] or self.crl[0] != self.crl[1]


FATES = {
    "none": Fate(None),
    "good": Fate("good"),
    "expired": Fate("ending", "CERT_HAS_EXPIRED", "certificate has expired", 45,
        clock=(END - 10, END + 10)),
    "revoked": Fate("revoked", "CERT_REVOKED", "certificate revoked", 44,
        crl=("empty.crl.pem", "client-ca.crl.pem")),
    "removed": Fate("good", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        "unable to get local issuer certificate", 48, ca=("client-cas.pem", "unknown-root.pem")),
}  # fmt: skip


@dataclass(frozen=True)
class Names:
    """The virtual host, and the names that clients ask for, before and after."""

    hosts: tuple[str | None, str | None]
    asked: tuple[str, str]
    # One server has both hosts, each with its mode; else the mode of one host changes.
    beside: bool = False


HOSTS = {
    # Whoever names no host of the server is served by its default host.
    "default": Names((None, None), ("some.example", "some.example")),
    "same": Names(("one.example", "one.example"), ("one.example", "One.Example")),
    "other": Names(("one.example", "two.example"), ("one.example", "two.example"), beside=True),
    # One host, and yet a session is for one name (RFC 6066, 3: the server MUST NOT resume it).
    "wildcard": Names(("*.example", "*.example"), ("one.example", "two.example")),
}
# Keys are shared; that the other process has never seen the client makes no difference.
PROCESSES = ("same", "other")


def resumed(before: str, after: str, fate: Fate, names: Names) -> bool:
    """The session is used."""
    if fate.client is None and before in NEED_ONE:
        return False  # there is none
    if before != after or names.asked[0].lower() != names.asked[1].lower():
        return False
    # Where nobody is asked, nothing of a certificate counts.
    return before == "none" or not (fate.files_changed or fate.clock[1] >= END)


def row(tls: str, before: str, after: str, certificate: str, host: str) -> dict[str, Any]:
    """What happens, without the process."""
    fate, names = FATES[certificate], HOSTS[host]
    head = {"tls": tls, "before": before, "after": after, "certificate": certificate, "host": host}
    session = fate.client is not None or before not in NEED_ONE
    head["session"] = session
    if resumed(before, after, fate, names):
        known = fate.client if before != "none" else None
        return head | {"resumed": True, "report": known or "absent"}
    if fate.client is None and after in NEED_ONE:
        refused = {"alert": NO_CERTIFICATE[tls], "error": "peer.no_certificate"}
        return head | refused | {"report": "absent"}
    if fate.client is None or after == "none":
        return head | {"resumed": False, "report": "absent"}
    if fate.code == "OK":
        return head | {"resumed": False, "report": fate.client}
    if after in NEED_GOOD:
        refused = {"alert": fate.alert, "error": "peer.certificate_refused"}
        return head | refused | {"report": certificate}
    return head | {"resumed": False, "report": certificate}


def rows() -> list[dict[str, Any]]:
    """Every row."""
    every = itertools.product(("1.2", "1.3"), MODES, MODES, FATES, HOSTS, PROCESSES)
    return [row(*rest) | {"process": process} for *rest, process in every]


def reports() -> dict[str, dict[str, Any]]:
    """Reports by name: that of a client which verifies by the client's, else by its fate's."""
    certificates = (*live.CERTIFICATES, *revocation.CERTIFICATES)
    digests = {c.name: hashlib.sha256(c.der).hexdigest() for c in certificates}
    found: dict[str, dict[str, Any]] = {
        "absent": {"present": False, "verified": False, "verifyresult": "absent",
            "verifycode": "ABSENT"}}  # fmt: skip
    for name, fate in FATES.items():
        if fate.client is None:
            continue
        fingerprint = {"fingerprint": digests[fate.client]}
        found[fate.client] = {"present": True, "verified": True, "verifyresult": "ok",
            "verifycode": "OK", "anchor": digests["client-ca"]} | fingerprint  # fmt: skip
        if fate.code != "OK":
            found[name] = {"present": True, "verified": False, "verifyresult": fate.text,
                "verifycode": fate.code} | fingerprint  # fmt: skip
    return found


ABOUT = [
    "A client connects twice; the second time it offers the session of the first, if there is one (session).",
    "before, after: the mode of the host it asks for. What certificate stands for: see certificates.",
    "certificates: what the client sends; the server's CAs and CRL, and its clock, before and after.",
    "hosts: the virtual host (null: the default host) and the name asked for, before and after.",
    "beside: both hosts are there all the time, the first with the mode before, the other with after.",
    "process: whether the second connection is to another process, which has the same ticket keys.",
    "resumed: the second connection is accepted, by the session or not; without it, it is refused.",
    "report: the keys of the report, exactly, but for resumed, source, verifyerrors and the leaf's.",
]


def main() -> int:
    """Writes or compares."""
    certificates = {
        name: {"client": fate.client, "ca": fate.ca, "crl": fate.crl, "clock": fate.clock}
        for name, fate in FATES.items()
    }
    hosts = {
        name: {"hosts": names.hosts, "asked": names.asked, "beside": names.beside}
        for name, names in HOSTS.items()
    }
    head = {"about": ABOUT, "made": "resumption.py, from its rules", "certificates": certificates,
        "hosts": hosts, "reports": reports()}  # fmt: skip
    lines = [f" {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items()]
    body = ",\n".join("  " + json.dumps(row) for row in rows())
    text = "{\n" + "".join(lines) + ' "rows": [\n' + body + "\n ]\n}\n"
    path = HERE / "resumption.json"
    if sys.argv[1:] != ["--check"]:
        path.write_text(text)
    elif path.read_text() != text:
        print("resumption.json: differs from what resumption.py writes")
        return 1
    print(f"{len(rows())} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
