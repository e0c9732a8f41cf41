"""Writes revocation.json: what a server with CRLs answers to a client; --check compares.

In: the table below, and `openssl verify`, which has to agree with every row. Out: one row for each
client and set of CRLs, and the CRLs that are refused.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LIVE = HERE.parent / "pki" / "live"
# In order of the depth, but a revocation first: it is what counts (contract: verifyerrors).
NAMES = {
    3: "UNABLE_TO_GET_CRL",
    8: "CRL_SIGNATURE_FAILURE",
    11: "CRL_NOT_YET_VALID",
    12: "CRL_HAS_EXPIRED",
    23: "CERT_REVOKED",
    35: "KEYUSAGE_NO_CRL_SIGN",
    44: "DIFFERENT_CRL_SCOPE",
}
ALERTS = {3: 48, 8: 42, 11: 42, 12: 45, 23: 44, 35: 42, 44: 42}


@dataclass(frozen=True)
class Case:
    """A client, the CRLs of the server, and the errors (depth, number) that are met."""

    client: str
    crls: tuple[str, ...]
    errors: tuple[tuple[int, int], ...] = ()
    check: str = "chain"
    cas: tuple[str, ...] = ("client-ca", "rsa-ca")

    def row(self) -> dict[str, Any]:
        """The row of the file."""
        errors = [{"depth": depth, "code": NAMES[code]} for depth, code in self.errors]
        row: dict[str, Any] = {"client": self.client, "cas": self.cas, "crls": self.crls,
            "check": self.check, "errors": errors}  # fmt: skip
        if self.errors:
            row["alert"] = ALERTS[self.errors[0][1]]
        return row

    def judged(self) -> set[tuple[int, int]]:
        """What `openssl verify` finds wrong; it ends at some errors and passes over others."""
        flags = ["-crl_check"] + (["-crl_check_all"] if self.check == "chain" else [])
        with tempfile.TemporaryDirectory() as folder:
            cas, crls = Path(folder, "cas.pem"), Path(folder, "crls.pem")
            cas.write_text("".join((LIVE / f"{ca}.pem").read_text() for ca in self.cas))
            crls.write_text("".join((LIVE / f"{crl}.crl.pem").read_text() for crl in self.crls))
            given = ["-CRLfile", str(crls)] if self.crls else []
            leaf = str(LIVE / f"{self.client}.pem")
            command = ["openssl", "verify", "-attime", str(NOW), "-CAfile", str(cas), *given]
            command += [*flags, "-show_chain", "-untrusted", leaf, leaf]
            answer = subprocess.run(command, capture_output=True, text=True, check=False)
        if "Can't open" in answer.stderr or "Unable to" in answer.stderr:
            raise SystemExit(answer.stderr)
        found = re.findall(r"^error (\d+) at (\d+) depth", answer.stderr, re.MULTILINE)
        return {(int(depth), int(code)) for code, depth in found}


NOW = 1_780_272_000  # 2026-06-01
BOTH = ("client-ca", "intermediate")
SHARDS = ("shard-1", "shard-2")
NEXT = ("client-ca", "client-ca-next")
CASES = (
    Case("good", ("client-ca",)),
    Case("good", ("client-ca", "rsa-ca")),
    Case("revoked", ("client-ca",), ((0, 23),)),
    Case("revoked", ("client-ca",), ((0, 23),), "leaf"),
    Case("revoked", ("client-ca",), check="none"),
    Case("revoked-high-bit", ("client-ca",), ((0, 23),)),
    Case("revoked-by-rsa", ("client-ca", "rsa-ca"), ((0, 23),)),
    Case("revoked-by-rsa", ("rsa-pss",), ((0, 23),)),
    Case("revoked-by-rsa", ("rsa-sha384",), ((0, 23),)),
    Case("revoked-by-ed25519", ("ed25519-ca",), ((0, 23),), cas=("ed25519-ca",)),
    Case("revoked-by-rsa", ("client-ca",), ((0, 3),)),
    Case("good", ("rsa-ca",), ((0, 3),)),
    Case("good", ("expired",), ((0, 12),)),
    Case("revoked", ("expired",), ((0, 23), (0, 12))),
    Case("good", ("future",), ((0, 11),)),
    Case("revoked", ("future",), ((0, 23), (0, 11))),
    Case("revoked", ("no-next-update",), ((0, 23),)),
    Case("good", ("expired", "client-ca", "future")),
    Case("revoked", ("empty", "client-ca"), ((0, 23),)),
    Case("revoked", ("client-ca", "empty"), ((0, 23),)),
    Case("revoked", ("client-ca", "released")),
    Case("revoked", ("released", "client-ca")),
    Case("good-chain", BOTH),
    Case("good-chain", ("client-ca",), ((0, 3),)),
    Case("good-chain", ("intermediate", "rsa-ca"), ((1, 3),)),
    Case("good-chain", ("intermediate", "rsa-ca"), (), "leaf"),
    Case("revoked-chain", BOTH, ((0, 23),)),
    Case("below-revoked-ca", ("client-ca", "revoked-ca"), ((1, 23),)),
    Case("below-revoked-ca", ("client-ca", "revoked-ca"), (), "leaf"),
    Case("below-no-crl-sign-ca", ("client-ca", "no-crl-sign-ca"), ((0, 35),)),
    Case("revoked", ("only-users",), ((0, 23),)),
    Case("good", ("only-cas",), ((0, 44),)),
    Case("good", ("only-cas", "only-users")),
    Case("below-revoked-ca", ("only-users", "revoked-ca"), ((1, 44),)),
    Case("shard-1", SHARDS),
    Case("shard-2", SHARDS, ((0, 23),)),
    Case("shard-2", ("shard-1",), ((0, 44),)),
    Case("good", SHARDS, ((0, 44),)),
    Case("shard-2", ("client-ca",)),
    Case("issued-by-next", NEXT, cas=NEXT),
    Case("revoked-by-next", NEXT, ((0, 23),), cas=NEXT),
    Case("revoked", NEXT, ((0, 23),), cas=NEXT),
    Case("issued-by-next", ("client-ca",), ((0, 3),), cas=NEXT),
)
# CRLs that no server starts with, and a word of the message.
REFUSED = {
    "delta": "delta", "indirect": "indirect", "indirect-entry": "indirect",
    "some-reasons": "onlySomeReasons", "only-attributes": "attribute certificates",
    "relative-name": "nameRelativeToCRLIssuer", "unknown-critical-crl": "1.3.6.1.4.1.32473.1",
    "unknown-critical-entry": "1.3.6.1.4.1.32473.1", "algorithms-differ": "differs",
    "sha1-crl": "SHA-1", "md5-crl": "MD5", "other-signer": "signed by someone else",
    "other-key": "signed by someone else",
}  # fmt: skip
ABOUT = [
    "What a server (live/server.pem, client CAs live/CAS.pem) with the CRLs live/CRLS.crl.pem answers.",
    "errors: verifyerrors, each with its depth and code; empty: verified. cas, crls: the files.",
    "check: client_crl_check. alert: what the client receives where the mode is require.",
    "refused: CRLs that no server starts with (config.bad_crl), and what the message has to say.",
]


def disagreements() -> list[str]:
    """Every row where the `openssl` command answers otherwise."""
    found = []
    for case in CASES:
        if case.check == "none":
            continue
        judged = case.judged()
        # Some releases look for a CRL of the anchor, too.
        anchor = len((LIVE / f"{case.client}.pem").read_text().split("-----BEGIN")) - 1
        judged = {(depth, code) for depth, code in judged if depth < anchor}
        ours = set(case.errors)
        if not judged <= ours or bool(judged) != bool(ours):
            found.append(f"{case}: openssl says {sorted(judged)}")
    return found


def main() -> int:
    """Writes or compares."""
    head = {"about": ABOUT, "made": "revocation.py, from its table and openssl verify",
        "refused": REFUSED}  # fmt: skip
    lines = [f" {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items()]
    body = ",\n".join("  " + json.dumps(case.row()) for case in CASES)
    text = "{\n" + "".join(lines) + ' "rows": [\n' + body + "\n ]\n}\n"
    path = HERE / "revocation.json"
    wrong = disagreements()
    if sys.argv[1:] != ["--check"]:
        path.write_text(text)
    elif path.read_text() != text:
        wrong.append("revocation.json: differs from what revocation.py writes")
    for line in wrong:
        print(line)
    print(f"{len(CASES)} rows, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
