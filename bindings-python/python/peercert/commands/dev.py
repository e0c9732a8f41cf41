"""This file is about certificates for development: made once, kept in a folder, found again.

In: a folder. Out: the options of a server that uses them, and what a person has to know to call it,
on a terminal and on the server's own pages.
"""

from __future__ import annotations

import platform
import secrets
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import peercert
from peercert import ca, pages

FOLDER = "peercert-dev"

# The file that tells a folder that was made here from everybody else's.
_MARKER = ".peercert-development"

_DAY = 86_400

# Chromium has its certificates in the first since ever, from 146 on in the second unless the first
# is there; it has made one of them when it shows a page.
_NSS_STORE = "store=$(ls -d ~/.pki/nssdb ~/.local/share/pki/nssdb 2>/dev/null | head -n 1)"


@dataclass(frozen=True)
class Made:
    """A development PKI that is there."""

    folder: Path
    files: dict[str, Path]
    #: The password of the PKCS#12 bundle, when that was made just now.
    password: str | None
    #: Where the PKI that was there before is now, when it was out of date.
    aside: Path | None = None

    @property
    def options(self) -> dict[str, str]:
        """The options of a server."""
        return {
            "certificate": str(self.files["server_certificate"]),
            "key": str(self.files["server_key"]),
            "client_ca_file": str(self.files["client_ca"]),
            "client_cert_mode": "request",
        }

    @property
    def secret(self) -> str:
        """The bundle and its password, for when nothing else can be said any more."""
        return f"{self.files['client_pkcs12']} has the password: {self.password}"

    def introduction(self, url: str, address: str) -> str:
        """What a person has to know. `address` is where the server of `url` listens."""
        if self.password is not None:
            about = f"password: {self.password}"
        else:
            about = "its password was shown when it was made; remove the file for a new one"
        files = self._quoted()
        before = "" if self.aside is None else f"The old certificates are in {self.aside}.\n"
        return (
            f"{before}The certificates in {self.folder} are for development on this machine only.\n"
            "Call it with a client certificate:\n"
            f"  {self._curl(url, address)}\n"
            "For a browser, import these, and open the address above, which says how:\n"
            f"  as a certificate of your own: {files['client_pkcs12']}\n"
            f"    {about}\n"
            f"  as an authority for websites: {files['server_ca']}\n"
            "Firefox: Settings, Privacy & Security, View Certificates. Chrome and Edge: Settings,\n"
            "Privacy and security, Security, Manage certificates. macOS: Keychain Access. Other\n"
            "systems and programs: docs/clients.md. Remove both when you are done: whoever has\n"
            "the folder can pretend to be any website to you."
        )

    def shown(self, url: str, address: str) -> pages.Development:
        """The same for the server's pages; never the password, which is for whoever started it."""
        files = self._quoted()
        return pages.Development(
            url=url,
            client_pkcs12=str(self.files["client_pkcs12"]),
            server_ca=str(self.files["server_ca"]),
            imports=f"{_NSS_STORE}\n"
            f'pk12util -d "sql:$store" -i {files["client_pkcs12"]}\n'
            f'certutil -d "sql:$store" -A -t C,, -n peercert-development -i {files["server_ca"]}',
            curl=self._curl(url, address),
        )

    def _curl(self, url: str, address: str) -> str:
        files = self._quoted()
        # The certificate's names are localhost and these; every other loopback address is neither.
        port = url.rpartition(":")[2]
        usual = address in ("127.0.0.1", "::1")
        where = "" if usual else f"--resolve localhost:{port}:{address} "
        return (
            f"curl --cacert {files['server_ca']} --cert {files['client']} "
            f"--key {files['client_key']} {where}{url}/"
        )

    def _quoted(self) -> dict[str, str]:
        return {name: shlex.quote(str(path)) for name, path in self.files.items()}


def welcome(made: Made, url: str, address: str) -> str:
    """What to print about a server that listens; its pages tell visitors the same from now on."""
    pages.development = made.shown(url, address)
    return made.introduction(url, address)


def certificates(folder: str, *, new_bundle: bool = False) -> Made:
    """The development PKI of a folder: the one that is there while it is fit, else a new one; the
    old one is then moved aside. `new_bundle` makes the PKCS#12 bundle anew, so that its password
    can be told.

    Raises IoError for a folder that was not made here.
    """
    place, files = Path(folder), ca.development_files(folder)
    there = _is_ours(place)
    if there and _is_fit(files):
        password = None
        if new_bundle or not files["client_pkcs12"].exists():
            files["client_pkcs12"].unlink(missing_ok=True)
            password = new_password()
            authority = ca.Authority.open(files["client_ca"].parent)
            authority.pkcs12(files["client"].stem, password, legacy=_needs_legacy())
        return Made(place, files, password)
    aside = _move_aside(place) if there else None
    try:
        place.mkdir(parents=True, exist_ok=True)
        (place / _MARKER).write_text("Certificates for development, made by peercert.\n")
    except OSError as error:
        raise peercert.IoError("io.file", f"{place}: {error.strerror}") from None
    password = new_password()
    files = ca.development(folder, password, legacy=_needs_legacy())
    return Made(place, files, password, aside)


@contextmanager
def for_a_check(folder: str) -> Iterator[Made]:
    """A development PKI to check a configuration with; nothing of it stays.

    Raises IoError where `certificates` does so for the folder.
    """
    _is_ours(Path(folder))
    with TemporaryDirectory(prefix="peercert-") as place:
        files = ca.development(Path(place) / FOLDER, new_password())
        yield Made(Path(place), files, None)


def new_password() -> str:
    """A random password that is easy to type."""
    return "-".join(secrets.token_hex(2) for _ in range(4))


def _needs_legacy() -> bool:
    """Whether bundles have to be in the old form here: the keychain of macOS says of the modern one
    that its password is wrong."""
    return platform.system() == "Darwin"


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
        ends = [peercert.certinfo_file(path).get("notaftertime", 0) for path in current]
    except (peercert.Error, OSError):
        return False
    return all(path.is_file() for path in needed) and min(ends) > time.time() + _DAY


def _is_ours(folder: Path) -> bool:
    """Whether the folder was made here; false when there is none, or an empty one."""
    try:
        found = sorted(entry.name for entry in folder.iterdir())
    except FileNotFoundError:
        return False
    except OSError as error:
        raise peercert.IoError("io.file", f"{folder}: {error.strerror}") from None
    if found and _MARKER not in found:
        raise peercert.IoError(
            "io.file_exists",
            f"{folder} was not made for development by this command (it has {found[0]} and no "
            f"{_MARKER}): name another folder, or move this one away",
        )
    return bool(found)


def _move_aside(folder: Path) -> Path:
    """Gives an old development PKI another name: its authorities may be in use elsewhere, and
    files of other people may have come to lie beside them."""
    try:
        place = folder.resolve()
        aside = place.with_name(f"{place.name}.old-{time.time_ns()}")
        place.rename(aside)
    except OSError as error:
        raise peercert.IoError(
            "io.file", f"{folder} is out of date and cannot be moved aside: {error.strerror}"
        ) from None
    return aside
