"""This file is about `certinfo`: the vectors, what may be passed, and what is refused."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any

import pytest

import peercert
from scene import LIVE

TESTS = LIVE.parents[1]
INFO = LIVE.parent / "info"
VECTORS = sorted((TESTS / "vectors" / "certinfo").glob("*.json"))


def reduced(made: Any, name: str) -> dict[str, Any]:
    """A dictionary as the vectors have it: warnings are their codes, `pem` is where it is from."""
    answer: dict[str, Any] = dict(made)
    answer["warnings"] = sorted({warning["code"] for warning in answer["warnings"]})
    answer["pem"] = f"pki/info/{name}.pem"
    return answer


def test_there_are_vectors() -> None:
    assert len(VECTORS) >= 60


@pytest.mark.parametrize("path", VECTORS, ids=[path.stem for path in VECTORS])
def test_a_certificate_gives_the_dictionary_of_its_vector(path: Path) -> None:
    expected = json.loads(path.read_text())["certinfo"]
    made = reduced(peercert.certinfo_file(INFO / f"{path.stem}.pem"), path.stem)
    assert made == expected
    # The order of keys, down to the innermost, is part of the contract.
    assert json.dumps(made) == json.dumps(expected)


def test_data_may_be_text_bytes_a_buffer_der_or_a_path() -> None:
    path = LIVE / "good.pem"
    text = path.read_text()
    made = peercert.certinfo(path)
    for data in (text, text.encode(), bytearray(text.encode()), memoryview(text.encode())):
        assert peercert.certinfo(data) == made
    assert peercert.certinfo(ssl.PEM_cert_to_DER_cert(made["pem"])) == made
    assert peercert.certinfo_file(str(path)) == made


def test_text_is_never_a_path() -> None:
    for data in (str(LIVE / "good.pem"), bytes(LIVE / "good.pem")):
        with pytest.raises(peercert.CertificateError) as caught:
            peercert.certinfo(data)
        assert caught.value.code == "certificate.unreadable"


def test_key_strings_are_shared() -> None:
    one, other = (peercert.certinfo_file(LIVE / f"{name}.pem") for name in ("good", "expired"))
    assert all(a is b for a, b in zip(one, other, strict=False))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "certificate.empty"),
        (b"\x00" * 100, "certificate.unreadable"),
        (b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", "certificate.unreadable"),
        (b"0" * (1 << 20) + b"0", "certificate.too_large"),
    ],
    ids=["empty", "zeros", "base64", "large"],
)
def test_what_is_no_certificate_is_an_error_with_a_code(data: bytes, code: str) -> None:
    with pytest.raises(peercert.CertificateError) as caught:
        peercert.certinfo(data)
    assert caught.value.code == code
    assert isinstance(caught.value, ValueError)


def test_a_missing_file_is_an_error_of_the_system() -> None:
    with pytest.raises(peercert.IoError) as caught:
        peercert.certinfo(Path("/nowhere/at/all.pem"))
    assert caught.value.code == "io.file"
    assert caught.value.context["path"] == "/nowhere/at/all.pem"


def test_a_wrong_type_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="int"):
        peercert.certinfo(7)  # type: ignore[arg-type]


def test_a_bundle_lists_its_certificates() -> None:
    chain = (LIVE / "good-chain.pem").read_text()
    made = peercert.certinfos(chain)
    assert len(made) == chain.count("BEGIN CERTIFICATE")
    assert made[0] == peercert.certinfo(chain)
    with pytest.raises(peercert.CertificateError):
        peercert.certinfos(b"")
