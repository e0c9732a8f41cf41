"""Writes certinfo/NAME.json, the expected answer for every certificate; --check only compares.

In: tests/pki/info, the `openssl` command (subject, issuer, dates; fingerprint, serial and subjectdn
are compared) and expected.py (the rest, from the DER). Nothing of peercert takes part. Where
`openssl` and the answer differ, the vector says why.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PKI = HERE.parent / "pki"
sys.path.insert(0, str(PKI))

import info  # noqa: E402
from certificate import Certificate  # noqa: E402
from expected import Reader  # noqa: E402

MADE = "subject, issuer, notbefore, notafter: openssl x509 -nameopt oneline; the rest: expected.py"
C1 = "subjectdn: openssl rfc2253 escapes C0 controls only; ours escapes C1 as well"
SERIAL_ZERO = "serial: openssl prints 00, BN_bn2hex and with it NaviServer 0"


def main() -> int:
    """Writes or compares every vector."""
    wrong = 0
    folder = HERE / "certinfo"
    folder.mkdir(exist_ok=True)
    titles = {certificate.name for certificate in info.CERTIFICATES}
    stray = [path for path in folder.glob("*.json") if path.stem not in titles]
    for certificate in info.CERTIFICATES:
        path = folder / f"{certificate.name}.json"
        text = pretty(vector(certificate))
        if sys.argv[1:] != ["--check"]:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            print(f"{path.name}: differs from what certinfo.py writes")
            wrong += 1
    for path in stray:
        print(f"{path.name}: no certificate of this name")
    print(f"{len(titles)} vectors, {wrong + len(stray)} differ")
    return 1 if wrong or stray else 0


def vector(certificate: Certificate) -> dict[str, Any]:
    """One certificate's vector."""
    printed = openssl(certificate.pem, "oneline")
    rfc2253 = openssl(certificate.pem, "rfc2253,-esc_msb")
    reader = Reader(certificate.der, printed)
    answer = reader.dictionary()
    answer["warnings"] = sorted(reader.warnings)
    assert answer["warnings"] == sorted(certificate.data["warnings"]), certificate.name
    answer["pem"] = f"pki/info/{certificate.name}.pem"
    ours = {"subject": answer["subjectdn"], "issuer": answer["issuerdn"],
        "serial": answer["serial"], "fingerprint": answer["fingerprint"]}  # fmt: skip
    differs = [f"{key}: ours {value!r}, openssl {rfc2253[key]!r}" for key, value in ours.items()
        if value != rfc2253[key]]  # fmt: skip
    if answer["serial"] == "0":
        differs = [SERIAL_ZERO]
    if certificate.name == "name-c1":
        assert [line.split(":")[0] for line in differs] == ["subject"], differs
        differs = [C1]
    assert not differs or differs in ([SERIAL_ZERO], [C1]), (certificate.name, differs)
    found: dict[str, Any] = {"why": certificate.why, "made": MADE}
    if differs:
        found["openssl_differs"] = differs
    return found | {"certinfo": answer}


def pretty(found: dict[str, Any]) -> str:
    """JSON with one key of the dictionary a line, so that two vectors can be compared by eye."""

    def line(indent: str, key: str, value: object) -> str:
        return f'{indent}"{key}": {json.dumps(value, ensure_ascii=False)}'

    lines = [line(" ", key, value) + "," for key, value in found.items() if key != "certinfo"]
    keys = [line("  ", key, value) for key, value in found["certinfo"].items()]
    return "\n".join(["{", *lines, ' "certinfo": {', ",\n".join(keys), " }", "}", ""])


def openssl(pem: str, form: str) -> dict[str, str]:
    """What the openssl command prints, by the name of our key."""
    command = ["openssl", "x509", "-noout", "-subject", "-issuer", "-serial", "-dates",
        "-fingerprint", "-sha256", "-nameopt", form]  # fmt: skip
    out = subprocess.run(command, input=pem.encode(), capture_output=True, check=True).stdout
    found = {}
    for line in out.decode().removesuffix("\n").split("\n"):
        key, _, value = line.partition("=")
        found[key.split()[-1].lower()] = value
    found["fingerprint"] = found["fingerprint"].replace(":", "").lower()
    return found


if __name__ == "__main__":
    sys.exit(main())
