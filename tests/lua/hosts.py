"""This file is about the hosts of bindings-lua/examples/hosts as programs: set up, started, ended.

In: what Debian packages of them; the example's files; a folder. Out: a port of the loopback on which
the host answers. Each runs as a daemon, because it becomes one only when it listens.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]
EXAMPLE = TREE / "bindings-lua" / "examples" / "hosts"
PKI = TREE / "tests" / "pki"
#: Seconds that a test waits for something that should come at once.
PATIENCE = 60
#: What nginx's Lua consists of. It cannot be installed beside luajit, whose library it replaces.
HTTP_LUA = (
    "libnginx-mod-http-lua",
    "libnginx-mod-http-ndk",
    "libluajit2-5.1-2",
    "libpcre3",
    "lua-resty-core",
    "lua-resty-lrucache",
)


@dataclass(frozen=True)
class Started:
    """How a host is started: its command, further variables, and where it writes its pid."""

    command: list[str]
    pid: Path
    variables: dict[str, str] = field(default_factory=dict)


def nginx(folder: Path) -> Started:
    """nginx with http-lua."""
    program, modules = _program("nginx"), _unpacked(folder / "http-lua")
    pid = folder / "nginx.pid"
    loaded = [modules / "usr/lib/nginx/modules" / f"{name}_module.so" for name in NGINX_MODULES]
    settings = [f"pid {pid}", *(f"load_module {path}" for path in loaded)]
    if os.geteuid() == 0:
        # Else its workers become www-data, whom the folder of a test is closed to.
        settings.append("user root")
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    command += ["-e", str(folder / "log"), "-g", "".join(f"{words}; " for words in settings)]
    libraries = [modules / "usr/lib", modules / "lib"]
    folders = {str(path.parent) for root in libraries for path in root.rglob("*.so.*")}
    return Started(
        command,
        pid,
        {
            "LD_LIBRARY_PATH": ":".join(sorted(folders)),
            "LUA_PATH": f"{modules}/usr/share/lua/5.1/?.lua;" + os.environ["LUA_PATH"],
        },
    )


NGINX_MODULES = ("ndk_http", "ngx_http_lua")


def haproxy(folder: Path) -> Started:
    """HAProxy."""
    pid = folder / "haproxy.pid"
    return Started([_program("haproxy"), "-D", "-p", str(pid), "-f", "haproxy.cfg"], pid)


def lighttpd(folder: Path) -> Started:
    """lighttpd with mod_magnet and its OpenSSL."""
    program, pid = _program("lighttpd"), folder / "lighttpd.pid"
    for module, package in (
        ("magnet", "lighttpd-modules-lua"),
        ("openssl", "lighttpd-mod-openssl"),
    ):
        if not Path(f"/usr/lib/lighttpd/mod_{module}.so").exists():
            pytest.skip(f"install {package}")
    outer = folder / "outer.conf"
    settings = (f'server.pid-file = "{pid}"', f'server.errorlog = "{folder / "log"}"')
    outer.write_text("\n".join((*settings, 'include "lighttpd.conf"', "")))
    return Started([program, "-f", str(outer)], pid)


def _program(name: str) -> str:
    # Debian keeps servers out of the path of who is not root.
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if found is None:
        pytest.skip(f"install {name}")
    return found


def _unpacked(folder: Path) -> Path:
    """The packages of nginx's Lua, unpacked beside the system."""
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        pytest.skip("install apt-get and dpkg, which unpack nginx's Lua beside the system")
    folder.mkdir()
    # An apt that is root would download as a user whom the folder is closed to, and warn of it.
    quiet = ["-qq", "-o", "APT::Sandbox::User=root"]
    download = ["apt-get", *quiet, "download", *HTTP_LUA]
    fetched = subprocess.run(download, cwd=folder, capture_output=True, text=True, check=False)
    if fetched.returncode != 0:
        pytest.skip(f"install {' '.join(HTTP_LUA)}: not downloaded: {fetched.stderr.strip()}")
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", str(package), str(folder)], check=True)
    return folder


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def set_up(folder: Path) -> int:
    """Copies the example and its certificates; gives the port, which its files name from now on."""
    port = _free_port()
    for source in EXAMPLE.iterdir():
        text = source.read_text()
        if source.suffix in (".conf", ".cfg"):
            assert text.count("8443") == 1
            text = text.replace("8443", str(port))
        (folder / source.name).write_text(text)
    live = PKI / "live"
    for name in ("server.pem", "server.key", "client-ca.pem"):
        shutil.copy(live / name, folder)
    shutil.copy(PKI / "files" / "server-and-key.pem", folder)
    chain = (live / "server.pem").read_text() + (live / "server-ca.pem").read_text()
    (folder / "server-chain.pem").write_text(chain)
    return port


@contextmanager
def running(started: Started, folder: Path) -> Iterator[None]:
    """Runs a host for the block, and ends it."""
    environment = os.environ | started.variables
    environment["LUA_PATH"] = f"{folder}/?.lua;{environment['LUA_PATH']}"
    with (folder / "said").open("w") as said:
        # A daemon keeps a pipe open, and whoever reads from it waiting.
        subprocess.run(
            started.command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            check=False,
        )
    try:
        yield
    finally:
        assert started.pid.exists(), logged(folder)
        _end(int(started.pid.read_text()))


def _end(pid: int) -> None:
    """Ends a process that is no child, as a service manager does."""
    handle = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(handle, signal.SIGTERM)
        assert select.select([handle], [], [], PATIENCE)[0], f"process {pid} does not end"
    finally:
        os.close(handle)


def logged(folder: Path) -> str:
    """What a host has said so far."""
    return "".join(path.read_text() for name in ("said", "log") if (path := folder / name).exists())


def answer(port: int, client: str | None, *options: str) -> tuple[str, int]:
    """What curl is answered: the body and the status."""
    program = shutil.which("curl")
    if program is None:
        pytest.skip("install curl")
    live = PKI / "live"
    command = [program, "-sS", "--noproxy", "*", "--max-time", str(PATIENCE), *options]
    command += ["--cacert", str(live / "server-ca.pem"), "-w", "\n%{http_code}"]
    if client is not None:
        command += ["--cert", str(live / f"{client}.pem"), "--key", str(live / f"{client}.key")]
    url = f"https://localhost:{port}/"
    ended = subprocess.run([*command, url], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    body, _, status = ended.stdout.rpartition("\n")
    return body, int(status)


class Returning:
    """A client of CPython's that offers the session of its last visit."""

    def __init__(self, port: int, client: str, version: ssl.TLSVersion) -> None:
        live = PKI / "live"
        self._port = port
        self._session: ssl.SSLSession | None = None
        self._context = ssl.create_default_context(cafile=str(live / "server-ca.pem"))
        self._context.minimum_version = self._context.maximum_version = version
        self._context.load_cert_chain(live / f"{client}.pem", live / f"{client}.key")

    def visit(self) -> tuple[str, bool | None]:
        """The body of the answer, and whether the session was resumed."""
        with (
            socket.create_connection(("127.0.0.1", self._port), PATIENCE) as plain,
            self._context.wrap_socket(
                plain, server_hostname="localhost", session=self._session
            ) as tls,
        ):
            tls.sendall(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
            heard = b""
            while came := tls.recv(65536):
                heard += came
            self._session = tls.session
            return heard.decode().partition("\r\n\r\n")[2], tls.session_reused
