"""This file is about threads: a Lua state that ends leaves nothing that its thread stumbles on."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from scene import LIVE

#: Lua as a library, by the interpreter, and the package of Debian's that has it.
LIBRARIES = {
    "lua5.1": ("liblua5.1.so.0", "liblua5.1-0-dev"),
    "lua5.3": ("liblua5.3.so.0", "liblua5.3-dev"),
    "lua5.4": ("liblua5.4.so.0", "liblua5.4-dev"),
    "luajit": ("libluajit-5.1.so.2", "luajit"),
}

#: A failed handshake, which leaves an error in the TLS library's data of the thread.
SCRIPT = f"""
local peercert = require("peercert")
local acceptor = assert(peercert.acceptor({{certificate="{LIVE}/server.pem", key="{LIVE}/server.key"}}))
local connection = acceptor:connection()
connection:feed("GET / HTTP/1.0\\r\\n\\r\\n")
assert(not connection:handshake())
"""


def test_a_thread_may_end_after_its_lua_state(lua: str) -> None:
    library, package = LIBRARIES[lua]
    try:
        ctypes.CDLL(library)
    except OSError:
        pytest.skip(f"install {package}")
    program = Path(__file__).with_name("threaded.py")
    ended = subprocess.run(
        [sys.executable, str(program), library, SCRIPT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
