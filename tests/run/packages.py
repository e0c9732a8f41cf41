"""This file is about system packages: those that the tests use beyond what `requirements` demands.

In: the machine. Out: those that are missing, installed when we are root and have apt. The list is
the only place that names them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """A package of Debian's, how to see that it is there, and why the tests want it."""

    name: str
    command: str | None
    header: str | None
    why: str
    #: A file that it installs, for one with neither command nor header.
    file: str | None = None

    def is_there(self) -> bool:
        if self.file is not None:
            return any(Path("/usr").glob(self.file))
        if self.command is not None:
            # Debian keeps servers out of the path of who is not root.
            return shutil.which(self.command, path=os.environ["PATH"] + ":/usr/sbin") is not None
        compiler = os.environ.get("CC", "cc")
        source = f"#include <{self.header}>\n"
        command = [compiler, "-E", "-x", "c", "-"]
        return (
            subprocess.run(
                command, input=source, text=True, capture_output=True, check=False
            ).returncode
            == 0
        )


LIBSSL = Package("libssl-dev", None, "openssl/ssl.h", "tests and peers on the system's OpenSSL")
PACKAGES = (
    Package("openssl", "openssl", None, "the command that prints certificates the reference way"),
    LIBSSL,
    Package("curl", "curl", None, "the client that most callers have"),
    Package("chromium", "chromium", None, "a browser calls, and runs no markup of a name"),
    Package("libnss3-tools", "certutil", None, "gives the browser its certificates"),
    Package("pkg-config", "pkg-config", None, "finds the system's OpenSSL and the C library"),
    Package("g++", "g++", None, "compiles the C header as C++"),
    Package("lua5.1", "lua5.1", None, "an interpreter that the Lua module is tested on"),
    Package("lua5.3", "lua5.3", None, "another"),
    Package("lua5.4", "lua5.4", None, "another"),
    Package("luajit", "luajit", None, "another"),
    Package("liblua5.1-0-dev", None, "lua5.1/lua.h", "that version in threads of a host"),
    Package("liblua5.3-dev", None, "lua5.3/lua.h", "another"),
    Package("liblua5.4-dev", None, "lua5.4/lua.h", "another"),
    Package("lua-check", "luacheck", None, "the linter of the Lua sources"),
    Package("nginx", "nginx", None, "a host of the Lua module, with what its test unpacks"),
    Package("haproxy", "haproxy", None, "another; and the balancer in front of several servers"),
    Package("iproute2", "ip", None, "gives each of those servers a network namespace"),
    Package("lighttpd", "lighttpd", None, "another"),
    Package("lighttpd-modules-lua", None, None, "its scripts", file="lib/lighttpd/mod_magnet.so"),
    Package("lighttpd-mod-openssl", None, None, "its TLS", file="lib/lighttpd/mod_openssl.so"),
    Package(
        "lua-socket", None, None, "sockets of the Lua servers", file="share/lua/5.4/socket.lua"
    ),
    Package("lua-luv", None, None, "libuv's loop for them", file="lib/*/lua/5.4/luv.so"),
    Package("lua-copas", None, None, "Copas's loop for them", file="share/lua/5.1/copas.lua"),
    Package("lua-sec", None, None, "whose conventions ours are", file="share/lua/5.4/ssl.lua"),
    Package("apache2-bin", "apache2", None, "whose names of a client ours are compared with"),
    Package("nodejs", "node", None, "the same, and a client"),
    Package("npm", "npm", None, "brings axios to it"),
    Package(
        "easy-rsa", None, None, "an authority that clients come from", file="share/easy-rsa/easyrsa"
    ),
    Package("golang-go", "go", None, "compiles a client in Go"),
    Package("gnutls-bin", "gnutls-cli", None, "a client whose TLS library is another"),
    Package("mandoc", "mandoc", None, "checks the pages of the manual"),
    Package("libjansson-dev", None, "jansson.h", "reads the vectors in the C tests"),
    Package("libevent-dev", None, "event2/http.h", "the server that an example in C extends"),
)
BENCH_PACKAGES = (
    LIBSSL,
    *(
        package
        for package in PACKAGES
        if package.name in ("lua5.4", "lua-socket", "lua-sec", "nginx")
    ),
)
SOAK_PACKAGES = (
    Package("valgrind", "valgrind", None, "runs the core's tests with every access checked"),
)

# Debian's invoke-rc.d and deb-systemd-invoke ask it whether a service may start; 101 forbids.
POLICY = Path("/usr/sbin/policy-rc.d")


def ensure(wanted: tuple[Package, ...] = PACKAGES) -> list[str]:
    """Installs what is missing when that is possible; gives the names that are still missing."""
    missing = [package.name for package in wanted if not package.is_there()]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"installing {' '.join(missing)}", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        with _no_services():
            for arguments in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
                subprocess.run(["apt-get", "-qq", *arguments], env=environment, check=False)
        missing = [package.name for package in wanted if not package.is_there()]
    return missing


@contextmanager
def _no_services() -> Iterator[None]:
    """Keeps packages of servers from starting them: tests start their own. A machine that has a
    policy of its own keeps that."""
    if POLICY.exists() or not POLICY.parent.is_dir():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()
