"""This file is about the premises of these tests: authorities, certificates that can be renewed, a
server that tells its clients who they are, and clients.

The server answers each line with a JSON object. Nothing sleeps: what takes a while is asked for with
connections, until it is there or the time is over.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from peercert import Acceptor, Error, SSLContext, SSLSocket, ca
from scene import PATIENCE

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
NAMES = ["localhost", "staff.example", "*.partner.example", "open.example"]


class Premises:
    """A folder with `server.pem`, `staff-ca.pem`, `partner-ca.pem`, clients of both CAs, and `expired`,
    who was of the staff."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0
        self._authorities = {
            name: ca.Authority.create(folder / name, subject=f"CN={name}")
            for name in ("server-ca", "staff-ca", "partner-ca")
        }
        for name, authority in self._authorities.items():
            shutil.copy(authority.certificate_file, folder / f"{name}.pem")
        self.serial = self.renew()
        past: dict[str, Any] = {"not_before": "2020-01-01", "not_after": "2021-01-01"}
        for kind, whose, dates in (
            ("staff", "staff-ca", {}),
            ("partner", "partner-ca", {}),
            ("expired", "staff-ca", past),
        ):
            made = self._authorities[whose].client(subject=f"CN={kind}", name=kind, **dates)
            assert made.key is not None
            shutil.copy(made.file, folder / f"{kind}.pem")
            shutil.copy(made.key, folder / f"{kind}.key")

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def issue(self) -> tuple[Path, Path, str]:
        """A new certificate of the server and its key, in no place where a server looks for them;
        its serial number."""
        self._count += 1
        authority = self._authorities["server-ca"]
        made = authority.server(name=f"server{self._count}", dns=NAMES, ip=["127.0.0.1"])
        assert made.key is not None
        return made.file, made.key, made.serial

    def renew(self) -> str:
        """Writes a new certificate and key over those of the server; gives the serial number."""
        certificate, key, serial = self.issue()
        shutil.copy(certificate, self.folder / "server.pem")
        shutil.copy(key, self.folder / "server.key")
        return serial

    def options(self, **more: Any) -> dict[str, Any]:
        """The server's certificate, and what else is wanted."""
        return {"certificate": self.path("server.pem"), "key": self.path("server.key"), **more}

    def hosts(self, **more: Any) -> dict[str, Any]:
        """A server that asks nobody but for its hosts, each of which lets in others."""
        staff = {"client_cert_mode": "require", "client_ca_file": self.path("staff-ca.pem")}
        partner = {"client_cert_mode": "require", "client_ca_file": self.path("partner-ca.pem")}
        asked = staff | {"client_cert_mode": "request"}
        names = {"Staff.example": staff, "*.partner.example": partner, "open.example": asked}
        return self.options(hosts=names, **more)

    def client(self, name: str | None = None, version: str | None = None) -> ssl.SSLContext:
        """A client that verifies the server, with a certificate or none."""
        context = ssl.create_default_context(cafile=self.path("server-ca.pem"))
        if version is not None:
            context.minimum_version = context.maximum_version = VERSIONS[version]
        if name is not None:
            context.load_cert_chain(self.path(f"{name}.pem"), self.path(f"{name}.key"))
        return context


class Server:
    """A server over an acceptor or a context, with a thread for each client."""

    def __init__(self, made: Acceptor | SSLContext) -> None:
        self._made = made
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                plain.settimeout(PATIENCE)
                thread = threading.Thread(target=self._serve, args=(plain,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, plain: socket.socket) -> None:
        with plain, contextlib.suppress(Error, OSError):
            if isinstance(self._made, Acceptor):
                connection: Any = self._made.accept(plain)
            else:
                connection = self._made.wrap_socket(plain, server_side=True)
                assert isinstance(connection, SSLSocket)
            with connection:
                while connection.recv(100):
                    about = {"clientcert": connection.clientcert(), "details": connection.details()}
                    connection.sendall(json.dumps(about).encode() + b"\n")

    def close(self) -> None:
        """Takes no more clients, and waits for the end of those that are there."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()


@contextlib.contextmanager
def serving(made: Acceptor | SSLContext) -> Iterator[int]:
    """Serves for the block, on a port."""
    server = Server(made)
    try:
        yield server.port
    finally:
        server.close()


def connect(
    port: int, client: ssl.SSLContext, name: str = "localhost", session: Any = None
) -> ssl.SSLSocket:
    """A connection for a host."""
    plain = socket.create_connection(("127.0.0.1", port), PATIENCE)
    try:
        return client.wrap_socket(plain, server_hostname=name, session=session)
    except BaseException:
        plain.close()
        raise


def ask(connection: ssl.SSLSocket) -> dict[str, Any]:
    """What the server says of its client."""
    connection.sendall(b"who am I\n")
    heard = b""
    while not heard.endswith(b"\n"):
        part = connection.recv(65536)
        assert part, heard
        heard += part
    told: dict[str, Any] = json.loads(heard)
    return told


def visit(port: int, client: ssl.SSLContext, name: str = "localhost") -> dict[str, Any]:
    """Connects, asks, and leaves."""
    with connect(port, client, name) as connection:
        return ask(connection)


def refusal(port: int, client: ssl.SSLContext, name: str = "localhost") -> str:
    """Why a client does not get in, as its TLS library calls it; "" when it does."""
    try:
        visit(port, client, name)
    except ssl.SSLError as error:
        return str(error.reason)
    return ""


def serial(port: int, client: ssl.SSLContext) -> str:
    """The serial number of the certificate that a new connection is shown."""
    with connect(port, client) as connection:
        shown: Any = connection.getpeercert()
        return str(shown["serialNumber"])


def eventually(condition: Callable[[], bool]) -> None:
    """Asks again until it holds; fails when the time is over."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come in time"


def shows(port: int, client: ssl.SSLContext, wanted: str) -> Callable[[], bool]:
    """Whether new connections are shown the certificate with this serial number."""
    return lambda: serial(port, client) == wanted
