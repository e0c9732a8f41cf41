"""This file is about `peercert ca`: an authority for development and tests, by hand.

In: a folder and what to issue; the flags are the fields of `peercert.ca`. Out: files, whose
names are printed, one a line.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import peercert
from peercert import ca
from peercert.commands import dev, options

if TYPE_CHECKING:
    from peercert.commands import Commands

_FOLDER = "pki"

_INSTALLING = (
    "docs/clients.md tells how to install it on iOS, macOS, Windows and Linux, in browsers, and in "
    "programs."
)

# More than any request or certificate has.
_LARGEST = 1 << 20

# The fields of a certificate, as the authority takes them; the password has flags of its own.
_FIELDS = (
    ("subject", "TEXT", "CN=alice,O=Example; without it a leaf gets its first name as CN"),
    ("dns", "NAME", "A DNS name; *.example.com too"),
    ("email", "ADDRESS", "An e-mail address"),
    ("uri", "URI", "A URI, such as a SPIFFE ID"),
    ("ip", "ADDRESS", "An IPv4 or IPv6 address"),
    ("upn", "NAME", "A user principal name (Microsoft)"),
    ("days", "N", "Days of validity; 3650 for a root, 1825 for an intermediate, 365 for a leaf"),
    ("not_before", "TIME", "Start of validity: 2026-01-31 or 2026-01-31T08:00:00Z"),
    ("not_after", "TIME", "End of validity, instead of --days; may have passed"),
    ("key", "KIND", "Kind of key: p256 (default), p384, rsa2048, rsa3072, rsa4096, ed25519"),
    ("key_usage", "NAME", "A key usage by its RFC 5280 name"),
    ("extended_key_usage", "NAME", "An extended key usage by its RFC 5280 name, or an OID"),
    ("path_length", "N", "How many intermediates may follow an authority"),
    ("name", "NAME", "What the files are called; made from the CN without it"),
)
_LISTS = {"dns", "email", "uri", "ip", "upn", "key_usage", "extended_key_usage"}


def add(commands: Commands) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "ca",
        help="make certificates for development and tests",
        description="A certificate authority for development and tests, in a folder. Do not run "
        "a production PKI on it. No file is ever overwritten.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, run: Callable[[argparse.Namespace], int], text: str) -> Any:
        made = actions.add_parser(name, help=text[0].lower() + text[1:-1], description=text)
        made.set_defaults(run=run)
        made.add_argument(
            "--folder", default=_FOLDER, help=f"The authority's folder. Default: {_FOLDER}."
        )
        return made

    def issuing(name: str, run: Callable[[argparse.Namespace], int], text: str) -> Any:
        made = action(name, run, text)
        _add_spec(made)
        return made

    issuing("init", _init, "Makes a new authority.")
    for name, run, text in (
        ("intermediate", _intermediate, "Makes an intermediate authority under the folder's."),
        ("server", _server, "Issues a server certificate; it needs --dns or --ip."),
        ("client", _client, "Issues a client certificate."),
    ):
        issued = issuing(name, run, text)
        _add_ca_password(issued)
        if name == "client":
            issued.epilog = f"`peercert ca pkcs12` makes a bundle of it. {_INSTALLING}"
    issuing("request", _request, "Makes a key and a request for a certificate.")
    sign = issuing("sign", _sign, "Issues a certificate for a request.")
    _add_ca_password(sign)
    sign.add_argument("request", metavar="REQUEST", help="The request, PEM or DER.")
    sign.add_argument("--for", dest="purpose", choices=("client", "server"), default="client")
    revoke = action("revoke", _revoke, "Revokes a certificate; the next CRL says so.")
    _add_ca_password(revoke)
    which = revoke.add_mutually_exclusive_group(required=True)
    which.add_argument("certificate", metavar="FILE", nargs="?", help="The certificate.")
    which.add_argument("--serial", metavar="HEX", help="Its serial number instead.")
    revoke.add_argument(
        "--reason", default="unspecified", help="keyCompromise, superseded, ... (RFC 5280)"
    )
    crl = action("crl", _crl, "Makes the list of revoked certificates anew.")
    _add_ca_password(crl)
    crl.add_argument("--days", metavar="N", type=int, default=30, help="Default: 30.")
    bundle = action("pkcs12", _pkcs12, "Makes a PKCS#12 bundle for browsers and phones.")
    bundle.epilog = _INSTALLING
    bundle.add_argument("name", metavar="NAME", help="The certificate's name in the folder.")
    bundle.add_argument(
        "--legacy", action="store_true", help="In the form for iOS, macOS and older Windows."
    )
    options.add_password(bundle, "password", "Closes the bundle (without it a random one, printed)")
    options.add_password(bundle, "key_password", "Opens an encrypted key")
    options.add_password(bundle, "ca_password", "Opens the authority's encrypted key")


def _init(arguments: argparse.Namespace) -> int:
    made = ca.Authority.create(arguments.folder, **_spec(arguments))
    print(made.certificate_file)
    return 0


def _intermediate(arguments: argparse.Namespace) -> int:
    print(_authority(arguments).intermediate(**_spec(arguments)).certificate_file)
    return 0


def _server(arguments: argparse.Namespace) -> int:
    return _show(_authority(arguments).server(**_spec(arguments)))


def _client(arguments: argparse.Namespace) -> int:
    return _show(_authority(arguments).client(**_spec(arguments)))


def _request(arguments: argparse.Namespace) -> int:
    return _show(ca.request(arguments.folder, **_spec(arguments)))


def _sign(arguments: argparse.Namespace) -> int:
    request = _read(arguments.request)
    made = _authority(arguments).sign(request, arguments.purpose, **_spec(arguments))
    return _show(made)


def _revoke(arguments: argparse.Namespace) -> int:
    authority = _authority(arguments)
    if arguments.serial is not None:
        authority.revoke_serial(arguments.serial, arguments.reason)
    else:
        authority.revoke(_read(arguments.certificate), arguments.reason)
    print("revoked; `peercert ca crl` makes the list that says so")
    return 0


def _crl(arguments: argparse.Namespace) -> int:
    print(_authority(arguments).crl(arguments.days))
    return 0


def _pkcs12(arguments: argparse.Namespace) -> int:
    given = options.password(arguments, "password")
    password = given or dev.new_password()
    key_password = options.password(arguments, "key_password")
    path = _authority(arguments).pkcs12(
        arguments.name, password, key_password=key_password, legacy=arguments.legacy
    )
    print(path)
    if given is None:
        print(f"password: {password}")
    return 0


def _add_ca_password(parser: argparse.ArgumentParser) -> None:
    options.add_password(parser, "ca_password", "Opens the authority's encrypted key")


def _add_spec(parser: argparse.ArgumentParser) -> None:
    """Adds a flag for every field of a certificate."""
    group = parser.add_argument_group("the certificate")
    for name, metavar, meaning in _FIELDS:
        more: dict[str, Any] = {"metavar": metavar, "help": f"{meaning}."}
        if name in _LISTS:
            more |= {"action": "append", "help": f"{meaning}. Repeatable."}
        elif metavar == "N":
            more["type"] = int
        group.add_argument(options.flag(name), **more)
    options.add_password(group, "password", "Encrypts the new private key")


def _spec(arguments: argparse.Namespace) -> Any:
    given = {name: getattr(arguments, name) for name, *_ in _FIELDS}
    return given | {"password": options.password(arguments, "password")}


def _authority(arguments: argparse.Namespace) -> ca.Authority:
    return ca.Authority.open(arguments.folder, options.password(arguments, "ca_password"))


def _show(files: ca.Written) -> int:
    print(files.file)
    if files.key is not None:
        print(files.key)
    return 0


def _read(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise peercert.IoError("io.file", f"{path}: {error.strerror}") from None
    if len(data) > _LARGEST:
        raise peercert.CertificateError("certificate.too_large", f"{path}: more than 1 MB")
    return data
