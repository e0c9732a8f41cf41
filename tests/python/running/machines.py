"""This file is about machines that stand behind a balancer: a network namespace each where this
process may make them, else an address of the loopback each.

In: nothing but rights. Out: three machines with an address, on which programs can be started; one in
a namespace can be unplugged.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

NAMES = ("one", "two", "three")


@dataclass(frozen=True)
class Machine:
    """A machine: its name, its address, and its network namespace if it has one."""

    name: str
    address: str
    namespace: str | None = None
    #: Our end of its cable.
    link: str | None = None

    def command(self, *words: str) -> list[str]:
        """A command as it is run on this machine. It is the process itself, no parent of it."""
        if self.namespace is None:
            return list(words)
        return [_ip(), "netns", "exec", self.namespace, *words]

    def unplug(self) -> None:
        """Takes it off the network without a word to anybody."""
        assert self.link is not None
        _run("link", "set", self.link, "down")


@contextmanager
def three() -> Iterator[list[Machine]]:
    """Three machines for the block."""
    with ExitStack() as stack:
        if _allowed():
            yield [stack.enter_context(_plugged(*each)) for each in enumerate(NAMES)]
        else:
            yield [Machine(name, f"127.0.0.{number}") for number, name in enumerate(NAMES, 2)]


def _allowed() -> bool:
    """Whether this process may make network namespaces."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    probe = f"peercert-{os.getpid()}-probe"
    made = subprocess.run([_ip(), "netns", "add", probe], capture_output=True, check=False)
    if made.returncode != 0:
        return False
    _run("netns", "del", probe)
    return True


@contextmanager
def _plugged(number: int, name: str) -> Iterator[Machine]:
    """A namespace with a cable to us. Addresses are of the network for such trials (RFC 2544), one
    part of it for each process that runs these tests."""
    process = os.getpid()
    namespace, ours, theirs = f"peercert-{process}-{name}", f"pc{process}-{number}", "uplink"
    network = f"198.{18 + process // 256 % 2}.{process % 256}"
    _run("netns", "add", namespace)
    try:
        _run("link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", namespace)
        _run("address", "add", f"{network}.{4 * number + 1}/30", "dev", ours)
        _run("link", "set", ours, "up")
        address = f"{network}.{4 * number + 2}"
        _run("-n", namespace, "address", "add", f"{address}/30", "dev", theirs)
        _run("-n", namespace, "link", "set", theirs, "up")
        yield Machine(name, address, namespace, ours)
    finally:
        # By itself it would go with the namespace, which connections that were cut off keep a while.
        subprocess.run([_ip(), "link", "del", ours], capture_output=True, check=False)
        _run("netns", "del", namespace)


def _ip() -> str:
    return shutil.which("ip") or "ip"


def _run(*words: str) -> None:
    subprocess.run([_ip(), *words], check=True)
