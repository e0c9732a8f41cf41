"""This file is about `SSLContext`: our engine for every server that takes an `ssl.SSLContext`.

In: options, and the calls and settings of `ssl.SSLContext`. Out: real `ssl.SSLSocket` and
`ssl.SSLObject` instances whose engine is ours. A setting of the base class either changes our
options, before the first connection, or raises an error that names the option to use; none is
silently without effect.
"""

from __future__ import annotations

import base64
import os
import ssl
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, Never, NoReturn, Self

from . import _native, _peercert
from ._errors import ConfigError, StateError
from ._settings import (
    MODE_OF_VERIFY_MODE,
    OPTIONS,
    VERIFY_MODE_OF_MODE,
    VERSIONS,
    pem,
    refuse_unless,
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable

    from typing_extensions import Buffer

    from .types import ClientCert, Details

    Password = str | bytes | bytearray | Callable[[], str | bytes | bytearray]


class _Caller:
    """What our sockets and objects know beyond those of `ssl`."""

    _sslobj: Any

    def clientcert(self) -> ClientCert:
        """Who the client is, verified or not. Raises `StateError` before the handshake is over."""
        made: ClientCert = self._engine().clientcert()
        return made

    def details(self) -> Details:
        """The connection: TLS version, cipher, names."""
        made: Details = self._engine().details()
        return made

    def chain(self) -> list[bytes] | None:
        """The chain as the client sent it, leaf first, each DER.

        `None` without a certificate, and on a resumed connection.
        """
        return self._engine().chain()

    def der(self) -> bytes | None:
        """The client's certificate as DER, verified or not; `None` without one."""
        return self._engine().der()

    def _engine(self) -> _native.Engine:
        engine: _native.Engine | None = self._sslobj
        if engine is None:
            raise StateError("state.closed", "the socket is closed, or not connected yet")
        return engine


class SSLSocket(_Caller, ssl.SSLSocket):
    """An `ssl.SSLSocket` that knows who the client is."""


class SSLObject(_Caller, ssl.SSLObject):
    """An `ssl.SSLObject` that knows who the client is."""


class SSLContext(ssl.SSLContext):
    """A server's `ssl.SSLContext` with client-certificate modes.

    Options are those of `Acceptor`. What `load_cert_chain` and the other methods and attributes of
    `ssl.SSLContext` set counts, too, until the first connection is made; the later of the two wins.
    Every problem is raised at once, as a `ConfigError`: at the start when the options name the
    server's certificate, otherwise with the first connection.
    """

    sslsocket_class = SSLSocket
    sslobject_class = SSLObject

    _given: dict[str, Any]
    _changed: dict[str, Any]
    _trusted: list[bytes]
    _made: _native.Acceptor | None
    _used: bool
    _lock: threading.Lock

    def __new__(cls, **options: Any) -> Self:
        del options
        return super().__new__(cls, ssl.PROTOCOL_TLS_SERVER)

    def __init__(self, **options: Any) -> None:
        self._given = {name: value for name, value in options.items() if value is not None}
        self._changed = {}
        self._trusted = []
        self._made = None
        self._used = False
        self._lock = threading.Lock()
        _contexts.add(self)
        names = {_native.option_name(name) for name in self._given}
        if names & {None, "certificate", "certificate_data"}:
            self._made = self._build()

    # -- options ---------------------------------------------------------------------------------

    def _build(self) -> _native.Acceptor:
        options = {
            name: value
            for name, value in self._given.items()
            if _native.option_name(name) not in self._changed
        }
        return _native.Acceptor(**options, **self._changed)

    def _acceptor(self) -> _native.Acceptor:
        made = self._made
        if made is None or not self._used:
            with self._lock:
                made = self._made = self._made or self._build()
                self._used = True
        return made

    def _option(self, name: str, default: Any = None) -> Any:
        if name in self._changed:
            return self._changed[name]
        for given, value in self._given.items():
            if _native.option_name(given) == name:
                return value
        return default

    def _change(self, **options: Any) -> None:
        with self._lock:
            if self._used:
                names = ", ".join(options)
                raise StateError(
                    "state.in_use",
                    f"{names} cannot change: connections have been made of this context; make a "
                    "new one",
                )
            self._changed.update(options)
            self._made = None

    @property
    def mode(self) -> str:
        """The client-certificate mode."""
        if self._made is not None:
            return self._made.mode
        word: str = self._option("client_cert_mode", "none")
        return _native.mode_name(word)

    @property
    def warnings(self) -> list[str]:
        """What is odd about the configuration but does not prevent it."""
        return self._acceptor_unused().warnings

    def _acceptor_unused(self) -> _native.Acceptor:
        with self._lock:
            self._made = self._made or self._build()
            return self._made

    # -- connections -----------------------------------------------------------------------------

    def wrap_socket(  # type: ignore[override]
        self,
        sock: socket.socket,
        server_side: bool = False,
        do_handshake_on_connect: bool = True,
        suppress_ragged_eofs: bool = True,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> SSLSocket:
        """As `ssl.SSLContext.wrap_socket`, for servers: `server_side` has to be true."""
        _servers_only(server_side)
        made = super().wrap_socket(
            sock,
            server_side,
            do_handshake_on_connect,
            suppress_ragged_eofs,
            server_hostname,
            session,
        )
        return made  # type: ignore[return-value]

    def wrap_bio(  # type: ignore[override]
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> SSLObject:
        """As `ssl.SSLContext.wrap_bio`, for servers: `server_side` has to be true."""
        _servers_only(server_side)
        made = super().wrap_bio(incoming, outgoing, server_side, server_hostname, session)
        return made  # type: ignore[return-value]

    def _wrap_socket(
        self,
        sock: socket.socket,
        server_side: bool,
        server_hostname: str | None = None,
        *,
        owner: object = None,
        session: object = None,
    ) -> _native.Engine:
        del server_hostname, session
        _servers_only(server_side)
        return self._acceptor().engine_over_socket(sock, stdlib=True, context=self, owner=owner)

    def _wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool,
        server_hostname: str | None = None,
        *,
        owner: object = None,
        session: object = None,
    ) -> _native.Engine:
        del server_hostname, session
        _servers_only(server_side)
        if not isinstance(incoming, ssl.MemoryBIO) or not isinstance(outgoing, ssl.MemoryBIO):
            raise TypeError("incoming and outgoing have to be ssl.MemoryBIO")
        return self._acceptor().engine_over_bios(incoming, outgoing, context=self, owner=owner)

    # -- certificates ----------------------------------------------------------------------------

    def load_cert_chain(
        self,
        certfile: str | bytes | os.PathLike[Any],
        keyfile: str | bytes | os.PathLike[Any] | None = None,
        password: Password | None = None,
    ) -> None:
        """Sets `certificate`, `key` and `key_password`; they are read and checked at once."""
        certificate = Path(os.fsdecode(certfile))
        if callable(password):
            password = password()
        if isinstance(password, bytes | bytearray):
            password = password.decode()
        options = {
            "certificate": certificate,
            "key": Path(os.fsdecode(keyfile)) if keyfile is not None else certificate,
            "key_password": password,
        }
        _native.Acceptor(**options)
        self._change(**options, certificate_data=None, key_data=None)

    def load_verify_locations(
        self,
        cafile: str | bytes | os.PathLike[Any] | None = None,
        capath: str | bytes | os.PathLike[Any] | None = None,
        cadata: str | Buffer | None = None,
    ) -> None:
        """Adds client CAs, as `client_ca_data`. A folder (`capath`) is not taken."""
        if cafile is None and capath is None and cadata is None:
            raise TypeError("cafile, capath and cadata cannot be all omitted")
        if capath is not None:
            refuse("capath", "client_ca_file")
        added = []
        if cafile is not None:
            added.append(_ca_file(os.fsdecode(cafile)))
        if cadata is not None:
            added.append(pem(cadata))
        trusted = self._trusted or self._configured()
        trusted = [*trusted, *added]
        self._change(client_ca_data=b"\n".join(trusted), client_ca_file=None)
        self._trusted = trusted

    def _configured(self) -> list[bytes]:
        """The client CAs that the options name, as PEM."""
        configured = []
        if (file := self._option("client_ca_file")) is not None:
            configured.append(_ca_file(os.fsdecode(file)))
        if (data := self._option("client_ca_data")) is not None:
            configured.append(pem(data))
        return configured

    def _cas(self) -> list[dict[str, Any]]:
        made: list[Any] = []
        for text in self._trusted or self._configured():
            made += _native.certinfos(text)
        return made

    def get_ca_certs(self, binary_form: bool = False) -> Any:
        """The client CAs that were given, in the form of `getpeercert()` or as DER."""
        if binary_form:
            return [ssl.PEM_cert_to_DER_cert(ca["pem"]) for ca in self._cas()]
        return [_peercert.getpeercert(ca) for ca in self._cas()]  # type: ignore[arg-type]

    def cert_store_stats(self) -> dict[str, int]:
        """How many client CAs were given."""
        cas = self._cas()
        return {"x509": len(cas), "crl": 0, "x509_ca": sum(ca["ca"] for ca in cas)}

    def load_default_certs(self, purpose: object = None) -> NoReturn:
        """Raises: the system's roots are never trusted for client certificates."""
        del purpose
        refuse("load_default_certs", "client_ca_file")

    def set_default_verify_paths(self) -> NoReturn:
        """Raises: the system's roots are never trusted for client certificates."""
        refuse("set_default_verify_paths", "client_ca_file")

    # -- modes -----------------------------------------------------------------------------------

    @property
    def verify_mode(self) -> ssl.VerifyMode:
        """What the mode comes nearest to.

        `none` is CERT_NONE, `require` CERT_REQUIRED, every other CERT_OPTIONAL. Setting what it is
        already changes nothing; CERT_OPTIONAL otherwise means `optional`.
        """
        return VERIFY_MODE_OF_MODE[self.mode]

    @verify_mode.setter
    def verify_mode(self, value: ssl.VerifyMode) -> None:
        wanted = ssl.VerifyMode(value)
        if wanted != self.verify_mode:
            self._change(client_cert_mode=MODE_OF_VERIFY_MODE[wanted])

    @property
    def verify_flags(self) -> ssl.VerifyFlags:
        """How chains are verified: always by trusted certificates first."""
        return ssl.VerifyFlags.VERIFY_X509_TRUSTED_FIRST

    @verify_flags.setter
    def verify_flags(self, value: ssl.VerifyFlags) -> None:
        flags = ssl.VerifyFlags(value)
        for flag, option in (
            (ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF, "client_crl_check"),
            (ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN, "client_partial_chain"),
        ):
            refuse_unless(not flags & flag, flag.name or "", option)
        known = ssl.VerifyFlags.VERIFY_X509_TRUSTED_FIRST
        refuse_unless(not flags & ~known, repr(flags), "client_verify_depth and client_cert_mode")

    @property
    def check_hostname(self) -> bool:
        """Always false: clients are not checked by host name."""
        return False

    @check_hostname.setter
    def check_hostname(self, value: bool) -> None:
        refuse_unless(not value, "check_hostname", "client_cert_mode, and clientcert()")

    @property
    def hostname_checks_common_name(self) -> bool:
        """Always false: clients are not checked by host name."""
        return False

    @hostname_checks_common_name.setter
    def hostname_checks_common_name(self, value: bool) -> None:
        refuse_unless(
            not value, "hostname_checks_common_name", "client_cert_mode, and clientcert()"
        )

    @property
    def post_handshake_auth(self) -> bool:
        """Always false: the client is asked in the handshake."""
        return False

    @post_handshake_auth.setter
    def post_handshake_auth(self, value: bool) -> None:
        refuse_unless(not value, "post_handshake_auth", "client_cert_mode")

    # -- protocol --------------------------------------------------------------------------------

    @property
    def minimum_version(self) -> ssl.TLSVersion:
        """The lowest TLS version, `min_version`."""
        return _version(self._option("min_version", "1.2"))

    @minimum_version.setter
    def minimum_version(self, value: ssl.TLSVersion) -> None:
        self._change(min_version=_version_word(value, "min_version"))

    @property
    def maximum_version(self) -> ssl.TLSVersion:
        """The highest TLS version, `max_version`."""
        return _version(self._option("max_version", "1.3"))

    @maximum_version.setter
    def maximum_version(self, value: ssl.TLSVersion) -> None:
        self._change(max_version=_version_word(value, "max_version"))

    @property
    def options(self) -> ssl.Options:
        """What holds, as flags: always OPTIONS_ALWAYS, and what versions and tickets add."""
        flags = OPTIONS
        if self.minimum_version is ssl.TLSVersion.TLSv1_3:
            flags |= ssl.Options.OP_NO_TLSv1_2
        if self.maximum_version is ssl.TLSVersion.TLSv1_2:
            flags |= ssl.Options.OP_NO_TLSv1_3
        if not self._option("session_tickets", True):
            flags |= ssl.Options.OP_NO_TICKET
        return flags

    @options.setter
    def options(self, value: ssl.Options) -> None:
        wanted = ssl.Options(value)
        ours = (
            OPTIONS
            | ssl.Options.OP_NO_TLSv1_2
            | ssl.Options.OP_NO_TLSv1_3
            | ssl.Options.OP_NO_TICKET
        )
        refuse_unless(not wanted & ~ours, repr(wanted & ~ours), "min_version, ciphers or groups")
        without = ssl.Options.OP_NO_TLSv1 | ssl.Options.OP_NO_TLSv1_1 | ssl.Options.OP_NO_SSLv3
        refuse_unless(
            not (self.options & ~wanted & without), "a TLS version below 1.2", "min_version"
        )
        changes: dict[str, Any] = {}
        if bool(wanted & ssl.Options.OP_NO_TICKET) == bool(self._option("session_tickets", True)):
            changes["session_tickets"] = not wanted & ssl.Options.OP_NO_TICKET
        if wanted & ssl.Options.OP_NO_TLSv1_2:
            changes["min_version"] = "1.3"
        if wanted & ssl.Options.OP_NO_TLSv1_3:
            changes["max_version"] = "1.2"
        if changes:
            self._change(**changes)

    def set_ciphers(self, ciphers: str, /) -> None:
        """Sets `ciphers`, the suites of TLS 1.2: names with colons between, no expressions."""
        self._change(ciphers=ciphers)

    def get_ciphers(self) -> list[ssl._Cipher]:
        """The cipher suites that `ciphers` and `ciphersuites` name; raises without them."""
        names: list[str] = []
        for option in ("ciphersuites", "ciphers"):
            value = self._option(option) or []
            names += value.split(":") if isinstance(value, str) else value
        refuse_unless(bool(names), "get_ciphers", "ciphers and ciphersuites")
        return [{"name": name} for name in names]  # type: ignore[typeddict-item]

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        """Sets `alpn`."""
        self._change(alpn=list(alpn_protocols))

    def set_npn_protocols(self, npn_protocols: object) -> NoReturn:
        """Raises: NPN is no more."""
        del npn_protocols
        refuse("set_npn_protocols", "alpn")

    def set_ecdh_curve(self, name: str, /) -> None:
        """Sets `groups` to this one."""
        self._change(groups=[name])

    def load_dh_params(self, path: object, /) -> NoReturn:
        """Raises: groups of one's own are not used."""
        del path
        refuse("load_dh_params", "groups")

    @property
    def sni_callback(self) -> None:
        """Always `None`."""
        return

    @sni_callback.setter
    def sni_callback(self, value: object) -> None:  # type: ignore[override]
        refuse_unless(value is None, "sni_callback", "hosts")

    def set_servername_callback(self, server_name_callback: object) -> None:
        """Raises, but for `None`: callbacks decide nothing here."""
        refuse_unless(server_name_callback is None, "set_servername_callback", "hosts")

    def set_psk_server_callback(
        self, callback: object, identity_hint: str | None = None
    ) -> None:
        """Raises, but for `None`: clients are known by their certificates."""
        del identity_hint
        refuse_unless(callback is None, "set_psk_server_callback", "client_cert_mode")

    def set_psk_client_callback(self, callback: object) -> None:
        """Raises, but for `None`: this context is for servers."""
        refuse_unless(callback is None, "set_psk_client_callback", "client_cert_mode")

    @property
    def num_tickets(self) -> int:
        """2, or 0 when `session_tickets` is off."""
        return 2 if self._option("session_tickets", True) else 0

    @num_tickets.setter
    def num_tickets(self, value: int) -> None:
        refuse_unless(value in (0, 2), f"num_tickets = {value}", "session_tickets")
        self._change(session_tickets=bool(value))

    def session_stats(self) -> NoReturn:  # type: ignore[override]
        """Raises: sessions are kept by clients, in tickets, and are not counted."""
        refuse("session_stats", "session_tickets")

    @property
    def security_level(self) -> int:
        """2: weak keys and digests fail verification."""
        return 2

    @property
    def keylog_filename(self) -> str | None:  # type: ignore[override]
        """Where the keys of every connection are written, `insecure_keylog_file`."""
        file = self._option("insecure_keylog_file")
        return None if file is None else os.fsdecode(file)

    @keylog_filename.setter
    def keylog_filename(self, value: str | os.PathLike[str] | None) -> None:
        self._change(insecure_keylog_file=None if value is None else Path(value))

    def __reduce__(self) -> Never:
        raise TypeError("a context holds a private key and is not pickled")


# Every context, so that a fork in the middle of another thread's call leaves no lock held.
_contexts: weakref.WeakSet[SSLContext] = weakref.WeakSet()


def _renew_locks() -> None:
    for context in list(_contexts):
        context._lock = threading.Lock()


os.register_at_fork(after_in_child=_renew_locks)


def refuse(name: str, option: str) -> NoReturn:
    """Raises the error for a setting of `ssl.SSLContext` that is not offered."""
    refuse_unless(False, name, option)
    raise AssertionError


def _servers_only(server_side: bool) -> None:
    if not server_side:
        raise ssl.SSLError(
            int(ssl.SSL_ERROR_SSL),
            "peercert.SSLContext is for servers: pass server_side=True, and use ssl.SSLContext for "
            "clients",
        )


def _version(word: Any) -> ssl.TLSVersion:
    return VERSIONS.get(str(word).lower().removeprefix("tlsv"), ssl.TLSVersion.TLSv1_2)


def _version_word(value: int, option: str) -> str:
    words = {version: word for word, version in VERSIONS.items()}
    words[ssl.TLSVersion.MINIMUM_SUPPORTED] = "1.2"
    words[ssl.TLSVersion.MAXIMUM_SUPPORTED] = "1.3"
    version = ssl.TLSVersion(value)
    refuse_unless(version in words, version.name, option)
    return words[version]


def _ca_file(path: str) -> bytes:
    # Read by the core, so that what is wrong with it is said in the same words everywhere.
    return pem(Path(path).read_bytes())
