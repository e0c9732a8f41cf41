"""This file is about the authority for development: what it makes works, and nothing is lost."""

from __future__ import annotations

import socket
import ssl
import stat
from pathlib import Path

import pytest

import peercert
from peercert import ca
from scene import Peer, talk


def test_what_it_issues_makes_a_connection(
    tmp_path: Path, pair: tuple[socket.socket, socket.socket]
) -> None:
    root = ca.Authority.create(tmp_path / "ca", subject="CN=Test CA")
    server = root.server(dns=["localhost"], ip=["127.0.0.1"])
    alice = root.intermediate().client(
        subject=[("O", "Example"), ("CN", "alice")], email=["alice@example.com"], key="ed25519"
    )
    assert alice.key is not None
    options = {
        "certificate": server.file,
        "key": server.key,
        "client_cert_mode": "require",
        "client_ca_file": root.certificate_file,
    }
    asking = ssl.create_default_context(cafile=str(root.certificate_file))
    asking.load_cert_chain(alice.file, alice.key)
    asking.check_hostname = False
    ours, theirs = pair
    client = Peer(talk(theirs, asking))
    with peercert.Acceptor(**options).accept(ours) as tls:
        assert tls.recv(5) == b"hello"
        clientcert = tls.clientcert()
        assert clientcert["verified"] is True
        assert clientcert["serial"] == alice.serial
    client.result()


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    made = ca.Authority.create(tmp_path).client(email=["a@example.com"])
    assert made.key is not None
    for key in (made.key, tmp_path / "ca.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    root = ca.Authority.create(tmp_path)
    root.client(name="alice", email=["a@example.com"])
    for again in (lambda: ca.Authority.create(tmp_path), lambda: root.client(name="alice")):
        with pytest.raises(peercert.Error):
            again()
    with pytest.raises(peercert.IoError) as caught:
        root.client(name="alice", email=["b@example.com"])
    assert caught.value.code == "io.file_exists"


def test_a_request_is_signed_and_its_key_stays(tmp_path: Path) -> None:
    asked = ca.request(tmp_path / "theirs", dns=["www.example.org"], name="www")
    root = ca.Authority.create(tmp_path / "ca")
    signed = root.sign(asked.file.read_bytes(), "server")
    assert signed.key is None
    info = peercert.certinfo_file(signed.file)
    assert info["san"]["dns"] == ["www.example.org"]
    assert info["extendedkeyusage"] == ["serverAuth"]
    with pytest.raises(peercert.CertificateError) as caught:
        root.sign(b"nothing")
    assert caught.value.code == "certificate.bad_request"


def test_revoking_shows_in_the_next_crl(tmp_path: Path) -> None:
    root = ca.Authority.create(tmp_path)
    one = root.client(email=["one@example.com"])
    two = root.client(email=["two@example.com"])
    root.revoke(one.file.read_bytes(), "keyCompromise")
    root.revoke_serial(two.serial)
    assert root.crl(7).read_text().startswith("-----BEGIN X509 CRL-----")
    with pytest.raises(peercert.CertificateError):
        root.revoke_serial(two.serial)


def test_a_bundle_opens_with_its_password(tmp_path: Path) -> None:
    root = ca.Authority.create(tmp_path, password="ca secret")
    root = ca.Authority.open(tmp_path, "ca secret")
    made = root.client(email=["a@example.com"], password="key secret")
    for legacy in (False, True):
        bundle = root.pkcs12(made.name, "bundle", key_password="key secret", legacy=legacy)
        infos = peercert.certinfos(bundle.read_bytes(), "bundle")
        assert infos[0]["serial"] == made.serial
        with pytest.raises(peercert.CertificateError) as caught:
            peercert.certinfos(bundle.read_bytes(), "wrong")
        assert caught.value.code == "certificate.wrong_password"
        with pytest.raises(peercert.CertificateError, match="give its password") as missing:
            peercert.certinfos(bundle.read_bytes())
        assert missing.value.code == "certificate.missing_password"
        bundle.unlink()
    with pytest.raises(peercert.CertificateError) as opened:
        ca.Authority.open(tmp_path)
    assert opened.value.code == "certificate.bad_key"


def test_a_development_pki_is_whole(tmp_path: Path) -> None:
    files = ca.development(tmp_path / "pki", "secret")
    assert all(path.exists() for path in files.values())
    peercert.Acceptor(
        certificate=files["server_certificate"],
        key=files["server_key"],
        client_cert_mode="request",
        client_ca_file=files["client_ca"],
    )


def test_a_field_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="colour"):
        ca.Authority.create(tmp_path, colour="green")  # type: ignore[call-arg]
    with pytest.raises(peercert.CertificateError) as caught:
        ca.Authority.create(tmp_path, days=0)
    assert caught.value.code == "certificate.cannot_issue"
    assert list(tmp_path.iterdir()) == []
