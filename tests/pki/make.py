"""Writes every file of tests/pki from this folder's tables, or with --check compares.

In: live.py, revocation.py, info.py, files.py and sealed.py. Out: the folders live/, info/ and files/, and README.md. The same
bytes at every run, with any version of Python or of the package cryptography.
"""

from __future__ import annotations

import sys
from pathlib import Path

import files
import info
import live
import revocation
import sealed
from certificate import Certificate

HERE = Path(__file__).parent
README = """\
# The test certificates

Written by `make.py` from `live.py`, `revocation.py`, `info.py`, `files.py` and `sealed.py`; `python tests/pki/make.py --check`
tells whether the files are what the program writes. Dates, keys, serials and signatures are fixed,
so a second run writes the same bytes. **Every private key here is derived from its public name
(`keys.py`): these are test keys, worth nothing, and must never be used for anything else.**

## live/: for connections

`NAME.pem` is what its owner sends (leaf first), `NAME.key` its private key. `client-cas.pem` holds
both trust anchors of the clients; `NAME.crl.pem` is a CRL. Unless the reason says otherwise, valid
from 2025 to 2045.

"""
CONNECTED = (*live.CERTIFICATES, *revocation.CERTIFICATES)


def everything() -> dict[str, bytes]:
    """Every file by its path below this folder."""
    made: dict[str, bytes] = {}
    for certificate in CONNECTED:
        sent = (certificate, *certificate.chain)
        made[f"live/{certificate.name}.pem"] = "".join(c.pem for c in sent).encode()
        made[f"live/{certificate.name}.key"] = certificate.key.pkcs8_pem().encode()
    for crl in revocation.CRLS:
        made[f"live/{crl.name}.crl.pem"] = crl.pem.encode()
    for file, members in live.BUNDLES.items():
        made[f"live/{file}"] = "".join(c.pem for c in members).encode()
    for file, (_, content) in (files.FILES | sealed.SEALED).items():
        made[f"files/{file}"] = content
    for certificate in info.CERTIFICATES:
        made[f"info/{certificate.name}.pem"] = certificate.pem.encode()
    made["README.md"] = readme().encode()
    return made


def readme() -> str:
    """The drawn tree and one line on every file."""
    text = README + "```text\n" + "\n".join(tree(None, "")) + "\n```\n\n"
    text += table((f"{c.name}.pem", c.why) for c in CONNECTED)
    text += "\nAnd the CRLs:\n\n" + table((f"{c.name}.crl.pem", c.why) for c in revocation.CRLS)
    text += "\n## files/: no certificate, or not only\n\n"
    text += table((file, why) for file, (why, _) in files.FILES.items())
    text += f"\nFiles of the server that the password `{sealed.PASSWORD}` opens, where one is needed:\n\n"
    text += table((file, why) for file, (why, _) in sealed.SEALED.items())
    text += "\n## info/: for `certinfo`\n\n"
    text += table((f"{c.name}.pem", c.why) for c in info.CERTIFICATES)
    return text


def table(rows: object) -> str:
    """A Markdown table of files and reasons."""
    lines = "".join(f"| `{file}` | {why} |\n" for file, why in rows)  # type: ignore[attr-defined]
    return "| file | why it exists |\n|---|---|\n" + lines


def tree(issuer: Certificate | None, indent: str) -> list[str]:
    """The certificates below an issuer, one a line."""
    below = [certificate for certificate in CONNECTED if certificate.issuer is issuer]
    lines = []
    for certificate in below:
        last = certificate is below[-1]
        branch = "" if issuer is None else ("└── " if last else "├── ")
        lines.append(indent + branch + certificate.name)
        deeper = "" if issuer is None else ("    " if last else "│   ")
        lines += tree(certificate, indent + deeper)
    return lines


def main() -> int:
    """Writes, or with --check only compares; tells every file that differs."""
    made = everything()
    if sys.argv[1:] == ["--check"]:
        there = {
            str(path.relative_to(HERE))
            for folder in ("live", "files", "info")
            for path in (HERE / folder).glob("*")
        }
        wrong = [name for name, content in made.items()
            if not (HERE / name).is_file() or (HERE / name).read_bytes() != content]  # fmt: skip
        wrong += sorted(there - made.keys())
        for name in wrong:
            print(f"{name}: differs from what make.py writes")
        print(f"{len(made)} files, {len(wrong)} differ")
        return 1 if wrong else 0
    for name, content in made.items():
        (HERE / name).parent.mkdir(exist_ok=True)
        (HERE / name).write_bytes(content)
    print(f"{len(made)} files written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
