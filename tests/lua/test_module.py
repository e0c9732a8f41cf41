"""This file is about the module as Lua loads it."""

from __future__ import annotations

import subprocess


def test_it_loads_and_tells_its_versions(lua: str) -> None:
    program = 'local ours, tls = require("peercert").version() assert(ours and tls) print(ours)'
    told = subprocess.run([lua, "-e", program], capture_output=True, text=True, check=True)
    assert told.stdout == "0.1.0\n"
