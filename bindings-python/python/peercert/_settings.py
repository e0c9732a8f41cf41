"""This file is about the settings of `ssl.SSLContext`: each is an option of ours, or refused.

In: calls and values as programs write them for `ssl`. Out: changed options, before the first
connection, or an error that names the option to use; no setting is silently without effect.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from . import _native, _peercert
from ._errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from typing_extensions import Buffer

    Password = str | bytes | bytearray | Callable[[], str | bytes | bytearray]

VERIFY_MODE_OF_MODE = {
    "none": ssl.VerifyMode.CERT_NONE,
    "request": ssl.VerifyMode.CERT_OPTIONAL,
    "require_any": ssl.VerifyMode.CERT_OPTIONAL,
    "optional": ssl.VerifyMode.CERT_OPTIONAL,
    "require": ssl.VerifyMode.CERT_REQUIRED,
}

MODE_OF_VERIFY_MODE = {
    ssl.VerifyMode.CERT_NONE: "none",
    ssl.VerifyMode.CERT_OPTIONAL: "optional",
    ssl.VerifyMode.CERT_REQUIRED: "require",
}

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}

#: What always holds here, and what CPython sets of itself without a meaning for this engine.
OPTIONS = (
    ssl.Options.OP_ALL
    | ssl.Options.OP_NO_SSLv2
    | ssl.Options.OP_NO_SSLv3
    | ssl.Options.OP_NO_TLSv1
    | ssl.Options.OP_NO_TLSv1_1
    | ssl.Options.OP_NO_COMPRESSION
    | ssl.Options.OP_NO_RENEGOTIATION
    | ssl.Options.OP_CIPHER_SERVER_PREFERENCE
    | ssl.Options.OP_SINGLE_DH_USE
    | ssl.Options.OP_SINGLE_ECDH_USE
    | ssl.Options.OP_ENABLE_MIDDLEBOX_COMPAT
)


class Settings(ssl.SSLContext):
    """The settings of a server's context."""

    #: The client CAs that `load_verify_locations` was given, as PEM.
    _trusted: list[bytes]

    @property
    def mode(self) -> str:
        """The client-certificate mode."""
        raise NotImplementedError

    def _option(self, name: str, default: Any = None) -> Any:
        raise NotImplementedError

    def _change(self, **options: Any) -> None:
        raise NotImplementedError

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
        try:
            _native.Acceptor(**options)
        except ConfigError as error:
            raise _as_ssl_load(error, options) from None
        others = ("certificate_data", "key_data", "pkcs12", "pkcs12_data")
        self._change(**options, **dict.fromkeys(others))

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
        for text in added:
            _native.certinfos(text)
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

    @property  # type: ignore[override]
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

    @property  # type: ignore[override]
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

    @property  # type: ignore[override]
    def minimum_version(self) -> ssl.TLSVersion:
        """The lowest TLS version, `min_version`."""
        return _version(self._option("min_version", "1.2"))

    @minimum_version.setter
    def minimum_version(self, value: ssl.TLSVersion) -> None:
        self._change(min_version=_version_word(value, "min_version"))

    @property  # type: ignore[override]
    def maximum_version(self) -> ssl.TLSVersion:
        """The highest TLS version, `max_version`."""
        return _version(self._option("max_version", "1.3"))

    @maximum_version.setter
    def maximum_version(self, value: ssl.TLSVersion) -> None:
        self._change(max_version=_version_word(value, "max_version"))

    @property  # type: ignore[override]
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
        changed = wanted ^ self.options
        if changed & ssl.Options.OP_NO_TICKET:
            changes["session_tickets"] = not wanted & ssl.Options.OP_NO_TICKET
        if changed & ssl.Options.OP_NO_TLSv1_2:
            changes["min_version"] = "1.3" if wanted & ssl.Options.OP_NO_TLSv1_2 else "1.2"
        if changed & ssl.Options.OP_NO_TLSv1_3:
            changes["max_version"] = "1.2" if wanted & ssl.Options.OP_NO_TLSv1_3 else "1.3"
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
    def sni_callback(self, value: object) -> None:
        _refuse_by_name_unless(value is None, "sni_callback")

    def set_servername_callback(self, server_name_callback: object) -> None:
        """Raises, but for `None`: callbacks decide nothing here."""
        _refuse_by_name_unless(server_name_callback is None, "set_servername_callback")

    def set_psk_server_callback(self, callback: object, identity_hint: str | None = None) -> None:
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

    def session_stats(self) -> NoReturn:
        """Raises: sessions are kept by clients, in tickets, and are not counted."""
        refuse("session_stats", "session_tickets")

    @property
    def security_level(self) -> int:  # type: ignore[override]
        """2: weak keys and digests fail verification."""
        return 2

    @property  # type: ignore[override]
    def keylog_filename(self) -> str | None:
        """Where the keys of every connection are written, `insecure_keylog_file`."""
        file = self._option("insecure_keylog_file")
        return None if file is None else os.fsdecode(file)

    @keylog_filename.setter
    def keylog_filename(self, value: str | os.PathLike[str] | None) -> None:
        self._change(insecure_keylog_file=None if value is None else Path(value))


def refuse(name: str, option: str) -> NoReturn:
    """Raises the error for a setting of `ssl.SSLContext` that is not offered."""
    refuse_unless(False, name, option)
    raise AssertionError


def _version(word: Any) -> ssl.TLSVersion:
    return VERSIONS.get(str(word).lower().removeprefix("tlsv"), ssl.TLSVersion.TLSv1_2)


def _version_word(value: int, option: str) -> str:
    words = {version: word for word, version in VERSIONS.items()}
    words[ssl.TLSVersion.MINIMUM_SUPPORTED] = "1.2"
    words[ssl.TLSVersion.MAXIMUM_SUPPORTED] = "1.3"
    version = ssl.TLSVersion(value)
    refuse_unless(version in words, version.name, option)
    return words[version]


def _as_ssl_load(error: ConfigError, files: dict[str, Any]) -> Exception:
    """What `ssl` raises for files that do not load, with our `code` and `context`."""
    first = error.problems[0]
    made: Exception = ssl.SSLError(int(ssl.SSL_ERROR_SSL), f"{first.code}: {first.message}")
    if first.code in ("config.file_not_found", "config.file_unreadable"):
        for name in ("certificate", "key"):
            try:
                files[name].open("rb").close()
            except OSError as cause:
                made = cause
                break
    made.code, made.context = first.code, first.context  # type: ignore[attr-defined]
    return made


def _ca_file(path: str) -> bytes:
    return pem(Path(path).read_bytes())


def refuse_unless(accepted: bool, name: str, option: str) -> None:
    """Raises the error for a setting that is not offered, unless it is accepted."""
    if not accepted:
        raise ConfigError(
            "config.not_offered",
            f"{name} is not offered by peercert.SSLContext; see the option {option}",
            context={"option": option},
        )


def _refuse_by_name_unless(accepted: bool, name: str) -> None:
    """Raises the error for what would tell server names apart, unless it is accepted."""
    if not accepted:
        raise ConfigError(
            "config.not_offered",
            f"{name} is not offered by peercert.SSLContext: the option certificate, which may have "
            "many names, is for every server name; listen on another port with a context of its "
            "own where names are to differ",
            context={"option": "certificate"},
        )


def pem(data: str | Buffer) -> bytes:
    """Certificates as PEM: text is PEM already, bytes are PEM or the DER of one or several."""
    if isinstance(data, str):
        return data.encode()
    octets = bytes(data)
    if b"-----BEGIN" in octets:
        return octets
    return b"".join(ssl.DER_cert_to_PEM_cert(der).encode() for der in _split(octets))


def _split(octets: bytes) -> list[bytes]:
    """The DER values that follow each other in `octets` (X.690, 8.1.3); the last takes the rest."""
    values = []
    while octets:
        length, head = octets[1] if len(octets) > 1 else 0, 2
        if length & 0x80:
            head += length & 0x7F
            length = int.from_bytes(octets[2:head], "big")
        end = head + length
        values.append(octets[:end])
        octets = octets[end:]
    return values
