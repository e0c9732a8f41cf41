"""This file is about `peercert serve`: a WSGI or ASGI application over TLS that knows its clients.

In: the application's name and the options. Out: a server that runs until it is told to stop.
"""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import peercert
from peercert.commands import application, dev, listen, options

if TYPE_CHECKING:
    from collections.abc import Callable

    from peercert.commands import Commands, serve_asgi, serve_wsgi

_THREADS = 10
_LEVELS = ("debug", "info", "warning", "error")


def add(commands: Commands) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "serve",
        help="serve a WSGI or ASGI application over TLS with client certificates",
        description="Serves an application over TLS: a WSGI application on cheroot, which finds who "
        "calls in environ['peercert.clientcert'] and environ['peercert.details'], or an ASGI "
        "application on uvicorn, which finds it in scope['extensions']['peercert'].",
    )
    parser.set_defaults(run=run)
    parser.add_argument("application", metavar="MODULE:NAME", help="The application to serve.")
    parser.add_argument(
        "--bind",
        metavar="HOST:PORT",
        default="127.0.0.1:8443",
        help="Where to listen; port 0 is any free one. Default: 127.0.0.1:8443.",
    )
    parser.add_argument(
        "--interface",
        choices=("auto", "asgi", "wsgi"),
        default="auto",
        help="What the application speaks. Default: auto, asgi if calling it gives a coroutine.",
    )
    parser.add_argument(
        "--threads",
        metavar="N",
        type=int,
        help=f"Worker threads of a WSGI application. Default: {_THREADS}.",
    )
    parser.add_argument(
        "--watch",
        metavar="SECONDS",
        type=float,
        default=0,
        help="Look this often whether a file of the options has been replaced, and read them anew "
        "then, as at SIGHUP. Default: 0, never.",
    )
    parser.add_argument(
        "--log-level",
        choices=_LEVELS,
        default="info",
        help="debug tells each step of every verification. Default: info.",
    )
    parser.add_argument(
        "--check", action="store_true", help="Only check that everything is in order."
    )
    parser.add_argument(
        "--dev",
        action="store_true",
        help="Make certificates for development instead of taking some; only loopback addresses.",
    )
    parser.add_argument(
        "--dev-folder",
        metavar="FOLDER",
        default=dev.FOLDER,
        help=f"Where they are kept. Default: {dev.FOLDER}.",
    )
    options.add(parser)
    options.add_password(parser, "key_password", "Opens the encrypted key or PKCS#12 file")


def run(arguments: argparse.Namespace) -> int:
    """Serves."""
    bind = listen.address(arguments.bind)
    if arguments.threads is not None and arguments.threads < 1:
        raise peercert.ConfigError("config.invalid_value", "--threads is 1 or more")
    if not 0 <= arguments.watch <= 86400:
        raise peercert.ConfigError(
            "config.invalid_value", "--watch is a number of seconds from 0 to 86400"
        )
    given = _options(arguments)
    if arguments.dev:
        _refuse_dev(bind[0], given)
    elif "pkcs12" not in given and not {"certificate", "key"} <= given.keys():
        missing = " and ".join(options.flag(n) for n in ("certificate", "key") if n not in given)
        raise peercert.ConfigError(
            "config.missing_option",
            f"{missing} missing: give --certificate and --key, or --pkcs12, or --dev, which makes "
            "both for development",
        )
    listen.log_to_stderr(arguments.log_level)
    app = application.load(arguments.application)
    asgi = _speaks_asgi(app, arguments)
    if arguments.check:
        with dev.for_a_check(arguments.dev_folder) if arguments.dev else nullcontext() as trial:
            listen.warn(peercert.Acceptor(**_with_dev(trial, given)).warnings)
        print(f"{arguments.application} and the options of its server are in order")
        return 0
    made: dev.Made | None = None

    def told() -> dev.Made | None:
        return made

    def complete() -> dict[str, Any]:
        nonlocal made
        made = dev.certificates(arguments.dev_folder) if arguments.dev else None
        return _with_dev(made, given)

    try:
        server = _server(app, bind, complete, None if asgi else arguments.threads or _THREADS)
    except peercert.Error:
        if (pki := told()) is not None and pki.password is not None:
            print(pki.secret, flush=True)
        raise
    acceptor = server.acceptor
    listen.reload_when_told(acceptor, arguments.watch)
    listen.warn(acceptor.warnings)
    print(f"listening on {listen.url(server)}, client_cert_mode {acceptor.mode}", flush=True)
    if (pki := told()) is not None:
        where = server.socket.getsockname()[0]
        print(dev.welcome(pki, listen.url(server, "localhost"), where), flush=True)
    server.until_told()
    return 0


def _server(
    app: Callable[..., Any],
    bind: tuple[str, int],
    options: Callable[[], dict[str, Any]],
    threads: int | None,
) -> serve_wsgi.Server | serve_asgi.Server:
    """A server with threads, or one with an event loop. What either needs need not be installed."""
    if threads is None:
        from peercert.commands import serve_asgi

        return serve_asgi.Server(app, bind, options)
    from peercert.commands import serve_wsgi

    return serve_wsgi.Server(app, bind, options, threads)


def _speaks_asgi(app: Callable[..., Any], arguments: argparse.Namespace) -> bool:
    """What the application speaks, for which everything has to be there."""
    told = arguments.interface
    asgi = application.speaks_asgi(app) if told == "auto" else told == "asgi"
    if not asgi:
        listen.need("cheroot")
        return False
    listen.need("uvicorn", "uvicorn")
    if arguments.threads is not None:
        raise peercert.ConfigError(
            "config.conflicting_options",
            "--threads is for WSGI applications: an ASGI application is served by one event loop",
        )
    return True


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    given = options.given(arguments)
    password = options.password(arguments, "key_password")
    if password is not None:
        given["key_password"] = password
    return given


def _with_dev(made: dev.Made | None, given: dict[str, Any]) -> dict[str, Any]:
    """The options, completed by those of a development PKI."""
    if made is None:
        return given
    complete = made.options | given
    if str(complete["client_cert_mode"]).casefold() == "none":
        del complete["client_ca_file"]
    return complete


def _refuse_dev(host: str, given: dict[str, Any]) -> None:
    excluded = [
        options.flag(name)
        for name in ("certificate", "key", "pkcs12", "key_password", "client_ca_file")
        if name in given
    ]
    if excluded:
        raise peercert.ConfigError(
            "config.conflicting_options",
            f"--dev makes its own certificates and excludes {', '.join(excluded)}",
        )
    listen.refuse_other_hosts(host)
