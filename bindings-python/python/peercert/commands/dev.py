"""This file is about certificates for development: made once, kept in a folder, found again.

In: a folder. Out: the options of a server that uses them, and what a person has to know to call it.
"""

from __future__ import annotations

import secrets
import shlex
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import peercert
from peercert import ca

FOLDER = "peercert-dev"

# What a folder of ours holds, and nothing else may be removed.
_AUTHORITIES = ("server-ca", "client-ca", "unknown-ca")

_DAY = 86_400


@dataclass(frozen=True)
class Made:
    """A development PKI that is there."""

    folder: Path
    files: dict[str, Path]
    #: The password of the PKCS#12 bundle, when that was made just now.
    password: str | None

    @property
    def options(self) -> dict[str, str]:
        """The options of a server."""
        return {
            "certificate": str(self.files["server_certificate"]),
            "key": str(self.files["server_key"]),
            "client_ca_file": str(self.files["client_ca"]),
            "client_cert_mode": "request",
        }

    def introduction(self, url: str) -> str:
        """What a person has to know."""
        if self.password is not None:
            about = f"password: {self.password}"
        else:
            about = "its password was shown when it was made; remove the file for a new one"
        files = {name: shlex.quote(str(path)) for name, path in self.files.items()}
        return (
            f"The certificates in {self.folder} are for development on this machine only.\n"
            "Call it with a client certificate:\n"
            f"  curl --cacert {files['server_ca']} --cert {files['client']} "
            f"--key {files['client_key']} {url}/\n"
            "For a browser, import these, and open the address above:\n"
            f"  as a certificate of your own: {files['client_pkcs12']}\n"
            f"    {about}\n"
            f"  as an authority for websites: {files['server_ca']}\n"
            "Firefox: Settings, Privacy & Security, View Certificates. Chrome and Edge: Settings,\n"
            "Privacy and security, Security, Manage certificates. macOS: Keychain Access. Remove\n"
            "both when you are done: whoever has the folder can pretend to be any website to you."
        )


def certificates(folder: str, *, new_bundle: bool = False) -> Made:
    """The development PKI of a folder: the one that is there while it is fit, else a new one.
    `new_bundle` makes the PKCS#12 bundle anew, so that its password can be told.

    Raises IoError for a folder that holds something else.
    """
    place, files = Path(folder), ca.development_files(folder)
    if _is_fit(files):
        password = None
        if new_bundle or not files["client_pkcs12"].exists():
            files["client_pkcs12"].unlink(missing_ok=True)
            password = new_password()
            authority = ca.Authority.open(files["client_ca"].parent)
            authority.pkcs12(files["client"].stem, password)
        return Made(place, files, password)
    _make_room(place)
    password = new_password()
    return Made(place, ca.development(folder, password), password)


def new_password() -> str:
    """A random password that is easy to type."""
    return "-".join(secrets.token_hex(2) for _ in range(4))


def _is_fit(files: dict[str, Path]) -> bool:
    """Whether everything is there, readable, and good for another day."""
    needed = (
        files["server_ca"],
        files["client_key"],
        files["expired"],
        files["expired_key"],
        files["unknown_key"],
    )
    current = (files["server_certificate"], files["client"], files["unknown"])
    try:
        peercert.Acceptor(
            certificate=files["server_certificate"],
            key=files["server_key"],
            client_ca_file=files["client_ca"],
            client_cert_mode="request",
        )
        ends = [peercert.certinfo_file(path)["notaftertime"] for path in current]
    except (peercert.Error, OSError):
        return False
    return all(path.is_file() for path in needed) and min(ends) > time.time() + _DAY


def _make_room(folder: Path) -> None:
    """Removes an old development PKI, and nothing else."""
    try:
        found = [entry.name for entry in folder.iterdir()]
    except FileNotFoundError:
        return
    except OSError as error:
        raise peercert.IoError("io.file", f"{folder}: {error.strerror}") from None
    if strange := sorted(set(found) - set(_AUTHORITIES)):
        raise peercert.IoError(
            "io.file_exists",
            f"{folder} is not a folder of development certificates (it has {strange[0]}): "
            "name another folder",
        )
    for name in found:
        shutil.rmtree(folder / name)
