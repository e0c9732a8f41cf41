"""This file is about a host whose threads each have a Lua state that ends before the thread does.

In: Lua's library, and a script. Out: the exit status. It is a process of its own, because it may crash.
"""

from __future__ import annotations

import ctypes
import sys
import threading

THREADS = 5


def main(library: str, script: str) -> None:
    """Runs the script in thread after thread."""
    # The module finds Lua's functions among those of the process.
    lua = ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
    lua.luaL_newstate.restype = ctypes.c_void_p
    done: list[int] = []

    def run() -> None:
        state = ctypes.c_void_p(lua.luaL_newstate())
        lua.luaL_openlibs(state)
        failed = lua.luaL_loadstring(state, script.encode())
        # Of 5.1 on, lua_pcall; a macro since 5.2.
        if hasattr(lua, "lua_pcallk"):
            failed = failed or lua.lua_pcallk(state, 0, 0, 0, ctypes.c_ssize_t(0), None)
        else:
            failed = failed or lua.lua_pcall(state, 0, 0, 0)
        lua.lua_close(state)
        done.append(failed)

    for _ in range(THREADS):
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    assert done == [0] * THREADS, done


if __name__ == "__main__":
    main(*sys.argv[1:])
