"""This file is about the table that `make bench` prints: our figures beside the peers', as ratios.

In: the folder of the Rust and C programs. Out: a table; each ratio is the median of several pairs that
ran in turn, because machines drift. Processor time is what the operating system accounts to the
server process; no figure here passes or fails anything.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

import certinfo
import identity
import scale
import servers
import size
import webservers

LIVE = Path(__file__).resolve().parents[1] / "tests" / "pki" / "live"

Measure = Callable[[], float]


def main() -> None:
    """Measures everything and prints the table."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("programs", type=Path, help="the folder of the programs in Rust and C")
    parser.add_argument("--pairs", type=int, default=5, help="how many pairs a ratio is made of")
    parser.add_argument("--connections", type=int, default=1000, help="how many a run serves")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for source, name in FILES.items():
            shutil.copy(LIVE / source, Path(folder, name))
        bench = servers.Bench(arguments.programs, Path(folder), arguments.connections)
        print(f"{'':58}{'ours':>11}{'peer':>11}{'ratio':>8}{'(min..max)':>14}{'goal':>7}")
        every = (*rows(bench), *webservers.rows(bench), *scale.rows(bench))
        for title, ours, peer, unit, goal in every:
            row(title, ours, peer, unit, goal, arguments.pairs)


FILES = {
    "server.pem": "server.pem",
    "server.key": "server.key",
    "client-ca.pem": "client-ca.pem",
    "good.pem": "client.pem",
    "good.key": "client.key",
}


def rows(bench: servers.Bench) -> list[servers.Row]:
    """What is measured: a title, ours, the peer, the unit, and the ratio that is aimed at."""
    loop = bench.python("loop.py", "peercert")
    bare = bench.program("bare")
    pem = (LIVE / "good.pem").read_bytes()
    return [
        ("SSLContext, accept loop / CPython ssl", loop, bench.python("loop.py", "ssl"), "us", 0.40),
        ("SSLContext, accept loop / bare loop in Rust", loop, bare, "us", 1.20),
        ("core in Rust / bare loop in Rust", bench.program("core"), bare, "us", None),
        (
            "cheroot, our adapter / its builtin adapter",
            bench.python("wsgi.py", "peercert"),
            bench.python("wsgi.py", "builtin"),
            "us",
            0.75,
        ),
        (
            "certinfo(PEM) / the same fields by cryptography",
            lambda: certinfo.ours(pem),
            lambda: certinfo.cryptography(pem),
            "us",
            0.35,
        ),
        (
            "certinfo(PEM) / ssl._ssl._test_decode_cert",
            lambda: certinfo.ours(pem),
            lambda: certinfo.stdlib(LIVE / "good.pem"),
            "us",
            0.12,
        ),
        (
            "memory of an idle connection / CPython ssl",
            bench.idle_python("peercert"),
            bench.idle_python("ssl"),
            "kB",
            0.80,
        ),
        *(
            (
                f"who a caller is, 100 rules / one rule, {kind}",
                identity.program(bench.programs, kind, 100),
                identity.program(bench.programs, kind, 1),
                "us",
                2.00,
            )
            for kind in identity.KINDS
        ),
        *rows_in_c(bench),
        *rows_in_lua(bench),
    ]


def rows_in_lua(bench: servers.Bench) -> list[servers.Row]:
    """The same for Lua programs: on our module, and on LuaSec."""
    ours, pem = bench.lua("peercert"), LIVE / "good.pem"
    return [
        ("Lua, LuaSocket loop / LuaSec", ours, bench.lua("luasec"), "us", 0.45),
        ("Lua, LuaSocket loop / bare loop in Rust", ours, bench.program("bare"), "us", 1.25),
        ("Lua, LuaSocket loop / nginx, return", ours, bench.nginx(), "us", None),
        (
            "Lua, peercert.certinfo(PEM) / LuaSec's loadcertificate",
            lambda: certinfo.lua("peercert", pem),
            lambda: certinfo.lua("luasec", pem),
            "us",
            0.25,
        ),
        (
            "Lua, memory of an idle connection / LuaSec",
            bench.idle_lua("peercert"),
            bench.idle_lua("luasec"),
            "kB",
            0.80,
        ),
    ]


def rows_in_c(bench: servers.Bench) -> list[servers.Row]:
    """The same for C programs: on our library, and on the system's OpenSSL."""
    ours, pem = bench.program("c-ours"), LIVE / "good.pem"
    idle = bench.idle_program("c-ours")
    return [
        ("C, accept loop / bare loop in Rust", ours, bench.program("bare"), "us", 1.05),
        ("C, accept loop / OpenSSL in C", ours, bench.program("c-openssl"), "us", 0.45),
        (
            "C, peercert_certinfo(PEM) / X509_print in C",
            lambda: certinfo.program(bench.programs / "c-certinfo-ours", pem),
            lambda: certinfo.program(bench.programs / "c-certinfo-openssl", pem),
            "us",
            0.15,
        ),
        (
            "C, memory of an idle connection / bare loop in Rust",
            idle,
            bench.idle_program("bare"),
            "kB",
            1.10,
        ),
        (
            "C, memory of an idle connection / OpenSSL in C",
            idle,
            bench.idle_program("c-openssl"),
            "kB",
            None,
        ),
        (
            "C, size of libpeercert.so / libssl.so and libcrypto.so",
            lambda: size.libraries(bench.programs / "c-ours", ("libpeercert",)),
            lambda: size.libraries(bench.programs / "c-openssl", ("libssl", "libcrypto")),
            "kB",
            None,
        ),
    ]


def row(
    title: str, ours: Measure, peer: Measure, unit: str, goal: float | None, pairs: int
) -> None:
    """Measures in turn, and prints one row."""
    figures = [(ours(), peer()) for _ in range(pairs)]
    ratios = [one / other for one, other in figures]
    middle = [statistics.median(column) for column in zip(*figures, strict=True)]
    spread = f"({min(ratios):.2f}..{max(ratios):.2f})"
    print(
        f"{title:58}{middle[0]:8.1f} {unit:2}{middle[1]:8.1f} {unit:2}"
        f"{statistics.median(ratios):8.2f}{spread:>14}{f'{goal:.2f}' if goal else '-':>7}",
        flush=True,
    )


if __name__ == "__main__":
    main()
