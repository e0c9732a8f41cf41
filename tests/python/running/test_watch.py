"""This file is about watching: files that are replaced, in each of the ways that there are."""

from __future__ import annotations

import gc
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import peercert
from premises import Premises, eventually, serial, serving, shows, visit
from scene import PATIENCE

Make = Any
#: Seconds between two looks.
SOON = 0.02


def _write(premises: Premises) -> str:
    return premises.renew()


def _rename(premises: Premises) -> str:
    """As certbot and systemd do it: each file appears at once."""
    certificate, key, serial = premises.issue()
    for source, name in ((certificate, "server.pem"), (key, "server.key")):
        new = premises.folder / f"{name}.new"
        shutil.copy(source, new)
        new.rename(premises.folder / name)
    return serial


@pytest.mark.parametrize("replace", [_write, _rename], ids=["write", "rename"])
def test_a_replaced_file_is_read_without_being_told(
    premises: Premises, make: Make, replace: Callable[[Premises], str]
) -> None:
    made = make(**premises.options())
    made.watch(SOON)
    client = premises.client()
    with serving(made) as port:
        assert serial(port, client) == premises.serial
        for _ in range(3):
            renewed = replace(premises)
            eventually(shows(port, client, renewed))
    eventually(lambda: made.reload_error() is None)


def _publish(volume: Path, generation: str, certificate: Path, key: Path) -> None:
    """A volume of secrets as the kubelet keeps it: one link is renamed over another, and that
    changes every file at once."""
    (volume / generation).mkdir(parents=True)
    shutil.copy(certificate, volume / generation / "tls.crt")
    shutil.copy(key, volume / generation / "tls.key")
    (volume / "..data_tmp").symlink_to(generation)
    (volume / "..data_tmp").rename(volume / "..data")
    for name in ("tls.crt", "tls.key"):
        if not (volume / name).is_symlink():
            (volume / name).symlink_to(Path("..data", name))


def test_a_link_that_points_elsewhere_is_noticed_as_kubernetes_moves_it(
    premises: Premises, make: Make
) -> None:
    volume = premises.folder / "volume"
    certificate, key, first = premises.issue()
    _publish(volume, "..2026_01", certificate, key)
    heard: queue.Queue[peercert.Error | None] = queue.Queue()
    made = make(certificate=volume / "tls.crt", key=volume / "tls.key")
    made.watch(SOON, heard.put)
    client = premises.client()
    with serving(made) as port:
        assert serial(port, client) == first
        certificate, key, second = premises.issue()
        _publish(volume, "..2026_02", certificate, key)
        shutil.rmtree(volume / "..2026_01")
        assert heard.get(timeout=PATIENCE) is None
        assert serial(port, client) == second
    # Certificate and key changed at once: no half of them was ever read.
    assert made.counters()["reloadfailures"] == 0


def test_a_broken_file_is_told_once_and_what_was_there_is_still_used(
    premises: Premises, make: Make
) -> None:
    heard: queue.Queue[tuple[peercert.Error | None, str]] = queue.Queue()
    made = make(**premises.options())
    made.watch(SOON, lambda error: heard.put((error, threading.current_thread().name)))
    with serving(made) as port:
        (premises.folder / "server.pem").write_text("nonsense")
        error, thread = heard.get(timeout=PATIENCE)
        assert isinstance(error, peercert.ConfigError)
        assert error.code == "config.bad_certificate"
        assert thread != threading.current_thread().name
        assert str(made.reload_error()) == str(error)
        assert visit(port, premises.client())["clientcert"]["present"] is False
        renewed = premises.renew()
        eventually(shows(port, premises.client(), renewed))
        while (told := heard.get(timeout=PATIENCE)[0]) is not None:
            # The certificate was there before its key.
            assert isinstance(told, peercert.ConfigError)
    assert made.reload_error() is None


def test_what_the_callback_raises_goes_to_the_hook_and_watching_goes_on(
    premises: Premises, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: queue.Queue[Any] = queue.Queue()
    monkeypatch.setattr(sys, "unraisablehook", lambda about: raised.put(about.exc_value))

    def told(error: peercert.Error | None) -> None:
        raise RuntimeError(f"told of {error}")

    made = make(**premises.options())
    made.watch(SOON, told)
    for _ in range(2):
        (premises.folder / "server.pem").touch()
        assert isinstance(raised.get(timeout=PATIENCE), RuntimeError)


def _watchers() -> int:
    """How many threads of this process watch."""
    found = 0
    for task in Path("/proc/self/task").iterdir():
        try:
            found += (task / "comm").read_text() == "peercert watch\n"
        except FileNotFoundError:
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")
def test_watching_ends_when_it_is_told_to_or_nobody_is_left(premises: Premises, make: Make) -> None:
    # What the tests before have left in cycles.
    gc.collect()
    eventually(lambda: _watchers() == 0)
    made = make(**premises.options())
    made.watch(SOON)
    eventually(lambda: _watchers() == 1)
    made.watch(0.5)
    made.watch(SOON)
    eventually(lambda: _watchers() == 1)
    made.watch(0)
    eventually(lambda: _watchers() == 0)
    made.watch(SOON)
    eventually(lambda: _watchers() == 1)
    del made
    eventually(lambda: _watchers() == 0)


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), 86401])
def test_an_interval_that_is_none_is_refused(
    premises: Premises, make: Make, seconds: float
) -> None:
    with pytest.raises(peercert.ConfigError) as caught:
        make(**premises.options()).watch(seconds)
    assert caught.value.code == "config.invalid_value"


def test_a_context_goes_on_watching_when_its_settings_change(premises: Premises) -> None:
    context = peercert.SSLContext(**premises.options())
    context.watch(SOON)
    context.set_alpn_protocols(["http/1.1"])
    with serving(context) as port:
        renewed = premises.renew()
        eventually(shows(port, premises.client(), renewed))


ENDING = """
import os, sys, peercert

made = peercert.Acceptor(certificate=sys.argv[1], key=sys.argv[2])
reloads = iter(range(1000))

def told(error):
    if next(reloads) == 3:
        os.write(1, b"told")
    os.utime(sys.argv[1])

made.watch(0.001, told)
os.utime(sys.argv[1])
while made.counters()["reloads"] < 5:
    pass
"""


def test_an_interpreter_ends_well_while_a_watch_calls_back(premises: Premises) -> None:
    files = (premises.path("server.pem"), premises.path("server.key"))
    for _ in range(5):
        ended = subprocess.run(
            [sys.executable, "-c", ENDING, *files],
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        assert (ended.returncode, ended.stderr) == (0, b"")
        assert ended.stdout == b"told"
