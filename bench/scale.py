"""This file is about the rows on scale: many client CAs, a large CRL, resumed sessions, many hosts that
are reloaded.

In: the folder of the programs, room for 10,000 CAs and a million revoked serials. Out: rows of the
table. Most are ours beside ours without the load; what loading costs is beside the TLS libraries.
"""

from __future__ import annotations

import itertools
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import servers


def rows(bench: servers.Bench) -> list[servers.Row]:
    """What is measured: a title, ours, the peer, the unit, and the ratio that is aimed at."""
    folder = bench.folder / "scale"
    folder.mkdir()
    subprocess.run([bench.programs / "fixtures", folder], check=True)
    large = servers.Bench(bench.programs, folder, bench.connections)
    loading = Loading(bench.programs, folder)
    return [
        *_cas(large, loading),
        *_crl(large, loading),
        *_resumed(bench),
        *_reload(Runs([bench.programs / "reload", folder, str(bench.connections)])),
    ]


def _cas(bench: servers.Bench, loading: Loading) -> list[servers.Row]:
    ours, library, system = (
        loading.program("cas"),
        loading.program("store"),
        loading.system("store"),
    )
    cas = "10,000 client CAs, "
    handshake = bench.core(client_ca_file=bench.folder / "client-cas.pem")
    return [
        (cas + "handshake / with one", handshake, bench.core(), "us", 1.10),
        (cas + "loading / X509_STORE", ours.figure("cpu"), library.figure("cpu"), "s", 0.20),
        (
            cas + "loading / OpenSSL's X509_STORE",
            ours.figure("cpu"),
            system.figure("cpu"),
            "s",
            0.20,
        ),
        (
            cas + "memory / X509_STORE",
            ours.figure("kilobytes"),
            library.figure("kilobytes"),
            "kB",
            None,
        ),
        (
            cas + "memory / OpenSSL's X509_STORE",
            ours.figure("kilobytes"),
            system.figure("kilobytes"),
            "kB",
            None,
        ),
    ]


def _crl(bench: servers.Bench, loading: Loading) -> list[servers.Row]:
    ours, library = loading.program("crl"), loading.program("x509-crl")
    system = loading.system("x509-crl")
    crl = "CRL of a million, "
    handshake = bench.core(client_crl_file=bench.folder / "crl.pem")
    return [
        (crl + "handshake / without", handshake, bench.core(), "us", 1.10),
        (
            crl + "memory / OpenSSL's X509_CRL",
            ours.figure("kilobytes"),
            system.figure("kilobytes"),
            "kB",
            0.50,
        ),
        (
            crl + "memory / X509_CRL",
            ours.figure("kilobytes"),
            library.figure("kilobytes"),
            "kB",
            None,
        ),
        (crl + "loading / OpenSSL's X509_CRL", ours.figure("cpu"), system.figure("cpu"), "s", None),
    ]


def _resumed(bench: servers.Bench) -> list[servers.Row]:
    return [
        (
            f"TLS {version}, resumed handshake / full handshake",
            bench.core(what="resumed", version=version),
            bench.core(version=version),
            "us",
            0.60,
        )
        for version in ("1.3", "1.2")
    ]


def _reload(reload: Runs) -> list[servers.Row]:
    title = "1,000 hosts, "
    return [
        (
            title + "slowest while reloading / their median",
            reload.figure("reloading", "slowest"),
            reload.figure("reloading", "median"),
            "us",
            5.0,
        ),
        (
            title + "slowest without a reload / their median",
            reload.figure("quiet", "slowest"),
            reload.figure("quiet", "median"),
            "us",
            None,
        ),
        (
            title + "memory after 40 reloads / after 20",
            reload.figure("kilobytes", 1),
            reload.figure("kilobytes", 0),
            "kB",
            1.05,
        ),
    ]


class Runs:
    """The runs of a program. Each run gives every figure, and the rows share the runs."""

    def __init__(self, command: list[str | Path]) -> None:
        self.command = command
        self.answers: list[Any] = []

    def figure(self, *path: str | int) -> Callable[[], float]:
        """One figure of the first run, then of the second, and so on."""
        turns = itertools.count()

        def measure() -> float:
            turn = next(turns)
            if turn == len(self.answers):
                ended = subprocess.run(self.command, check=True, capture_output=True, text=True)
                self.answers.append(json.loads(ended.stdout))
            found = self.answers[turn]
            for key in path:
                found = found[key]
            return float(found)

        return measure


class Loading:
    """What it costs to load what is in a folder."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self.folder = folder

    def program(self, what: str) -> Runs:
        """Into an acceptor, whose key and certificate are read as well, or into what the same TLS
        library has for it."""
        return Runs([self.programs / "loading", what, self.folder])

    def system(self, what: str) -> Runs:
        """The same with the system's OpenSSL."""
        name = {"store": "client-cas.pem", "x509-crl": "crl.pem"}[what]
        return Runs([self.programs / "c-loading-openssl", what, self.folder / name])
