"""This file is about system packages: those that the tests use beyond what `requirements` demands.

In: the machine. Out: those that are missing, installed when we are root and have apt. The list is
the only place that names them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Package:
    """A package of Debian's, how to see that it is there, and why the tests want it."""

    name: str
    command: str | None
    header: str | None
    why: str

    def is_there(self) -> bool:
        if self.command is not None:
            return shutil.which(self.command) is not None
        compiler = os.environ.get("CC", "cc")
        source = f"#include <{self.header}>\n"
        command = [compiler, "-E", "-x", "c", "-"]
        return (
            subprocess.run(
                command, input=source, text=True, capture_output=True, check=False
            ).returncode
            == 0
        )


PACKAGES = (
    Package("openssl", "openssl", None, "the command that prints certificates the reference way"),
    Package("libssl-dev", None, "openssl/ssl.h", "the tests run on the system's OpenSSL, too"),
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
    Package("mandoc", "mandoc", None, "checks the pages of the manual"),
    Package("libjansson-dev", None, "jansson.h", "reads the vectors in the C tests"),
    Package("libevent-dev", None, "event2/http.h", "the server that an example in C extends"),
)
SOAK_PACKAGES = (
    Package("valgrind", "valgrind", None, "runs the core's tests with every access checked"),
)


def ensure(wanted: tuple[Package, ...] = PACKAGES) -> list[str]:
    """Installs what is missing when that is possible; gives the names that are still missing."""
    missing = [package.name for package in wanted if not package.is_there()]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"installing {' '.join(missing)}", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
            subprocess.run(["apt-get", "-qq", *arguments], env=environment, check=False)
        missing = [package.name for package in wanted if not package.is_there()]
    return missing
