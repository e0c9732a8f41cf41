"""This file is about `SSLContext` as an `ssl.SSLContext`: settings count or are refused."""

from __future__ import annotations

import errno
import json
import pickle
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import peercert
from scene import LIVE, Peer, client_context, server_options, talk

Context = peercert.SSLContext


def _set(name: str, value: Any) -> Callable[[Context], object]:
    return lambda context: setattr(context, name, value)


def _call(name: str, *arguments: Any) -> Callable[[Context], object]:
    return lambda context: getattr(context, name)(*arguments)


def _forbid(flag: ssl.Options) -> Callable[[Context], object]:
    return lambda context: setattr(context, "options", context.options | flag)


def _second_folder(context: Context) -> None:
    context.load_verify_locations(capath=LIVE)
    context.load_verify_locations(capath=LIVE.parent)


# Settings that change our options: what to do, which option, what it is then.
CHANGES: dict[str, tuple[Callable[[Context], object], str, Any]] = {
    "load_cert_chain": (
        _call("load_cert_chain", LIVE / "server-rsa.pem", LIVE / "server-rsa.key"),
        "certificate",
        LIVE / "server-rsa.pem",
    ),
    "load_verify_locations": (
        _call("load_verify_locations", None, None, (LIVE / "client-ca.pem").read_text()),
        "client_ca_file",
        None,
    ),
    "verify_mode": (_set("verify_mode", ssl.CERT_REQUIRED), "client_cert_mode", "require"),
    "minimum_version": (_set("minimum_version", ssl.TLSVersion.TLSv1_3), "min_version", "1.3"),
    "maximum_version": (_set("maximum_version", ssl.TLSVersion.TLSv1_2), "max_version", "1.2"),
    "options": (_forbid(ssl.OP_NO_TLSv1_3), "max_version", "1.2"),
    "set_ciphers": (
        _call("set_ciphers", "ECDHE-ECDSA-AES256-GCM-SHA384"),
        "ciphers",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
    ),
    "set_alpn_protocols": (_call("set_alpn_protocols", ["h2"]), "alpn", ["h2"]),
    "set_ecdh_curve": (_call("set_ecdh_curve", "P-256"), "groups", ["P-256"]),
    "num_tickets": (_set("num_tickets", 0), "session_tickets", False),
    "keylog_filename": (_set("keylog_filename", "/dev/null"), "insecure_keylog_file", None),
}

# Settings that are refused: what to do, and the option that the error names.
REFUSED: dict[str, list[tuple[Callable[[Context], object], str]]] = {
    "load_verify_locations": [(_second_folder, "client_ca_path")],
    "load_default_certs": [(_call("load_default_certs"), "client_ca_file")],
    "set_default_verify_paths": [(_call("set_default_verify_paths"), "client_ca_file")],
    "verify_flags": [
        (_set("verify_flags", ssl.VERIFY_CRL_CHECK_LEAF), "client_crl_check"),
        (_set("verify_flags", ssl.VERIFY_X509_PARTIAL_CHAIN), "client_partial_chain"),
        (_set("verify_flags", ssl.VERIFY_X509_STRICT), "client_cert_mode"),
    ],
    "check_hostname": [(_set("check_hostname", True), "client_cert_mode")],
    "hostname_checks_common_name": [
        (_set("hostname_checks_common_name", True), "client_cert_mode")
    ],
    "post_handshake_auth": [(_set("post_handshake_auth", True), "client_cert_later")],
    "minimum_version": [(_set("minimum_version", ssl.TLSVersion.TLSv1_1), "min_version")],
    "options": [(_set("options", 0), "min_version")],
    "set_npn_protocols": [(_call("set_npn_protocols", ["h2"]), "alpn")],
    "load_dh_params": [(_call("load_dh_params", "dh.pem"), "groups")],
    "sni_callback": [(_set("sni_callback", print), "hosts")],
    "set_servername_callback": [(_call("set_servername_callback", print), "hosts")],
    "set_psk_server_callback": [(_call("set_psk_server_callback", print), "client_cert_mode")],
    "set_psk_client_callback": [(_call("set_psk_client_callback", print), "client_cert_mode")],
    "num_tickets": [(_set("num_tickets", 7), "session_tickets")],
    "get_ciphers": [(_call("get_ciphers"), "ciphers")],
    "session_stats": [(_call("session_stats"), "session_tickets")],
}

# Names that are what they are: read only, ours, or tested elsewhere in this file.
CONSTANT = {
    "cert_store_stats",
    "get_ca_certs",
    "protocol",
    "security_level",
    "sslobject_class",
    "sslsocket_class",
    "wrap_bio",
    "wrap_socket",
}


def made(mode: str = "request", **more: Any) -> Context:
    return Context(**server_options(mode, **more))


def test_every_name_of_the_base_class_is_decided() -> None:
    public = {name for name in dir(ssl.SSLContext) if not name.startswith("_")}
    assert public - set(CHANGES) - set(REFUSED) - CONSTANT == set()
    own = Context.__mro__[: Context.__mro__.index(ssl.SSLContext)]
    inherited = {name for name in public if not any(name in vars(made) for made in own)}
    # What is inherited has no setting of its own to lose.
    assert inherited <= {"protocol"}


@pytest.mark.parametrize("name", CHANGES)
def test_a_setting_of_the_base_class_changes_our_option(name: str) -> None:
    change, option, value = CHANGES[name]
    context = made()
    change(context)
    if value is not None:
        assert context._option(option) == value
    else:
        assert option in context._changed or context._option(option) is not None
    assert context.mode in ("request", "require")


@pytest.mark.parametrize(
    ("action", "option"),
    [case for cases in REFUSED.values() for case in cases],
    ids=[f"{name}-{i}" for name, cases in REFUSED.items() for i, _ in enumerate(cases)],
)
def test_what_is_not_offered_names_the_option_to_use(
    action: Callable[[Context], object], option: str
) -> None:
    with pytest.raises(peercert.ConfigError, match=option) as caught:
        action(made())
    assert caught.value.code == "config.not_offered"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("check_hostname", False),
        ("hostname_checks_common_name", False),
        ("post_handshake_auth", False),
        ("sni_callback", None),
        ("verify_flags", ssl.VERIFY_X509_TRUSTED_FIRST),
        ("num_tickets", 2),
    ],
)
def test_setting_what_holds_already_is_accepted(name: str, value: Any) -> None:
    context = made()
    setattr(context, name, value)
    assert getattr(context, name) == value


@pytest.mark.parametrize("name", CHANGES)
def test_nothing_changes_once_connections_are_made(
    name: str, pair: tuple[socket.socket, socket.socket]
) -> None:
    context = made()
    context.wrap_socket(pair[0], server_side=True, do_handshake_on_connect=False).close()
    with pytest.raises(peercert.StateError) as caught:
        CHANGES[name][0](context)
    assert caught.value.code == "state.in_use"


@pytest.mark.parametrize(
    ("mode", "mirrored"),
    [
        ("none", ssl.CERT_NONE),
        ("request", ssl.CERT_OPTIONAL),
        ("require_any", ssl.CERT_OPTIONAL),
        ("optional", ssl.CERT_OPTIONAL),
        ("require", ssl.CERT_REQUIRED),
        ("on", ssl.CERT_REQUIRED),
    ],
)
def test_verify_mode_mirrors_the_mode(mode: str, mirrored: ssl.VerifyMode) -> None:
    context = made(mode)
    assert context.verify_mode is mirrored
    context.verify_mode = mirrored
    assert context.mode == {"on": "require"}.get(mode, mode)


def test_it_is_a_real_ssl_context() -> None:
    context = made()
    assert isinstance(context, ssl.SSLContext)
    assert context.protocol is ssl.PROTOCOL_TLS_SERVER
    assert issubclass(context.sslsocket_class, ssl.SSLSocket)
    assert issubclass(context.sslobject_class, ssl.SSLObject)
    with pytest.raises(TypeError):
        pickle.dumps(context)


def test_it_refuses_to_be_a_client(pair: tuple[socket.socket, socket.socket]) -> None:
    with pytest.raises(ssl.SSLError, match="server_side=True"):
        made().wrap_socket(pair[0])
    with pytest.raises(ssl.SSLError, match="server_side=True"):
        made().wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())
    unconnected = socket.socket()
    with unconnected, pytest.raises(ssl.SSLError, match="server_side=True"):
        made().wrap_socket(unconnected)


def test_a_connection_keeps_its_context() -> None:
    context = made()
    tls = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_side=True)
    tls.context = context
    with pytest.raises(NotImplementedError, match="option hosts"):
        tls.context = made()
    assert tls.context is context


def test_a_configuration_that_cannot_be_is_told_by_wrapping_and_can_be_mended(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    context = Context(client_cert_mode="require")
    for wrap in (
        lambda: context.wrap_socket(pair[0], server_side=True),
        lambda: context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_side=True),
    ):
        with pytest.raises(peercert.ConfigError) as caught:
            wrap()
        codes = {problem.code for problem in caught.value.problems}
        assert codes == {"config.missing_option", "config.mode_without_ca"}
    # The socket has not been taken, and the settings may still change.
    assert pair[0].fileno() >= 0
    context.load_cert_chain(LIVE / "server.pem", LIVE / "server.key")
    context.load_verify_locations(LIVE / "client-cas.pem")
    client = Peer(talk(pair[1], client_context("good")))
    with context.wrap_socket(pair[0], server_side=True) as tls:
        assert tls.recv(5) == b"hello"
    client.result()
    tls_of_bios = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_side=True)
    assert tls_of_bios.context is context


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(peercert.ConfigError) as caught:
        Context(
            certificate="/nowhere/server.pem",
            key=LIVE / "server.key",
            client_cert_mode="sometimes",
            colour="green",
        )
    codes = {problem.code for problem in caught.value.problems}
    assert codes == {"config.file_not_found", "config.unknown_mode", "config.unknown_option"}


def test_one_option_in_two_spellings_is_an_error() -> None:
    with pytest.raises(peercert.ConfigError) as caught:
        made(clientCertMode="require")
    assert caught.value.code == "config.duplicate_option"


def test_load_cert_chain_reads_the_files_at_once() -> None:
    context = Context()
    with pytest.raises(ssl.SSLError) as caught:
        context.load_cert_chain(LIVE / "server.pem", LIVE / "server-rsa.key")
    assert caught.value.code == "config.key_mismatch"  # type: ignore[attr-defined]
    with pytest.raises(FileNotFoundError) as missing:
        context.load_cert_chain(LIVE / "missing.pem")
    assert missing.value.errno == errno.ENOENT
    assert missing.value.code == "config.file_not_found"  # type: ignore[attr-defined]


def test_an_option_as_an_attribute_counts_and_any_other_name_is_refused() -> None:
    context = Context(**server_options("none"))
    context.client_cert_mode = "require_any"
    assert context.mode == "require_any"
    with pytest.raises(AttributeError, match="verify_moode"):
        context.verify_moode = ssl.CERT_REQUIRED


def test_load_verify_locations_reads_at_once() -> None:
    with pytest.raises(peercert.Error):
        Context().load_verify_locations(cadata="no certificate")


def test_a_listener_is_not_wrapped_with_a_wrong_configuration() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(peercert.ConfigError) as caught,
    ):
        Context(client_cert_mode="none").wrap_socket(listener, server_side=True)
    assert caught.value.code == "config.missing_option"


def test_values_of_no_type_are_told_beside_the_other_problems() -> None:
    with pytest.raises(peercert.ConfigError) as caught:
        peercert.Acceptor(ciphers=object(), session_timeout=1 << 70, clown=object())
    codes = {problem.code for problem in caught.value.problems}
    assert {"config.wrong_type", "config.invalid_value", "config.unknown_option"} <= codes


def test_certinfos_takes_a_path_and_reads_no_endless_file() -> None:
    path = LIVE / "server.pem"
    assert peercert.certinfos(path) == peercert.certinfos(path.read_bytes())
    with pytest.raises(peercert.CertificateError) as caught:
        peercert.certinfos(Path("/dev/zero"))
    assert caught.value.code == "certificate.too_large"


def test_every_connection_tells_its_client_as_json(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    client = Peer(talk(pair[1], client_context("good")))
    with Context(**server_options()).wrap_socket(pair[0], server_side=True) as tls:
        assert json.loads(tls.json()) == tls.clientcert()
        tls.unwrap()
    client.result()


def test_a_context_without_a_certificate_says_so_at_the_first_connection(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    context = Context(client_cert_mode="none")
    with pytest.raises(peercert.ConfigError) as caught:
        context.wrap_socket(pair[0], server_side=True)
    assert caught.value.code == "config.missing_option"


def test_the_calls_of_the_base_class_are_enough_for_a_server(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    context = Context()
    context.load_cert_chain(LIVE / "server.pem", LIVE / "server.key")
    context.load_verify_locations(LIVE / "client-cas.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2", "http/1.1"])
    ours, theirs = pair
    asking = client_context("good")
    asking.set_alpn_protocols(["http/1.1"])
    client = Peer(talk(theirs, asking))
    with context.wrap_socket(ours, server_side=True) as tls:
        assert tls.clientcert()["verified"] is True
        assert tls.selected_alpn_protocol() == "http/1.1"
        assert tls.context is context
        tls.unwrap()
    client.result()


def test_loaded_cas_add_up_and_are_listed() -> None:
    context = made(client_ca_file=LIVE / "client-ca.pem")
    before = context.get_ca_certs(binary_form=True)
    der = ssl.PEM_cert_to_DER_cert((LIVE / "rsa-ca.pem").read_text())
    context.load_verify_locations(cadata=der)
    assert context.get_ca_certs(binary_form=True) == [*before, der]
    assert context.cert_store_stats() == {"x509": 2, "crl": 0, "x509_ca": 2}
