"""This file is about the reports on clients of hosts that end TLS themselves."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any

import pytest

import peercert
from scene import LIVE

ROWS = json.loads((LIVE.parents[1] / "vectors" / "verdict.json").read_text())["rows"]
GOOD = (LIVE / "good.pem").read_text()


@pytest.mark.parametrize("row", ROWS, ids=[row["why"] for row in ROWS])
def test_every_verdict_of_a_host_is_reported_as_its_row_says(row: dict[str, Any]) -> None:
    forms: list[str | bytes | None] = [None, "", b" \n"]
    if row["certificate"] is not None:
        pem = (LIVE / f"{row['certificate']}.pem").read_text()
        forms = [pem, pem.encode(), ssl.PEM_cert_to_DER_cert(pem)]
    for form in forms:
        for verdict in {row["verdict"], str(row["verdict"])}:
            found: dict[str, Any] = dict(peercert.report(form, verdict).clientcert())
            assert found["source"] == "host"
            assert {key: found[key] for key in ("present", "verified", "verifycode")} == {
                key: row[key] for key in ("present", "verified", "verifycode")
            }


def test_a_report_has_the_dictionary_of_its_certificate() -> None:
    report = peercert.report(GOOD, "SUCCESS")
    assert isinstance(report, peercert.Report)
    found: dict[str, Any] = dict(report.clientcert())
    assert peercert.certinfo(GOOD).items() <= found.items()
    assert json.loads(report.json()) == found
    der = ssl.PEM_cert_to_DER_cert(GOOD)
    assert report.der() == der
    assert report.chain() == [der]


def test_without_a_certificate_there_is_nothing_to_show() -> None:
    report = peercert.report(None, None)
    assert report.clientcert() == {
        "present": False,
        "verified": False,
        "verifyresult": "absent",
        "verifycode": "ABSENT",
        "source": "host",
    }
    assert report.der() is None
    assert report.chain() is None


def test_a_host_that_says_nothing_has_verified_nothing() -> None:
    assert peercert.report(GOOD, None).clientcert()["verified"] is False


@pytest.mark.parametrize("verdict", [False, True, 0.0, b"SUCCESS", ["SUCCESS"]])
def test_a_verdict_of_another_type_is_a_type_error(verdict: Any) -> None:
    with pytest.raises(TypeError, match=type(verdict).__name__):
        peercert.report(GOOD, verdict)


@pytest.mark.parametrize("certificate", [7, Path(LIVE / "good.pem")])
def test_a_certificate_is_data(certificate: Any) -> None:
    with pytest.raises(TypeError, match="a certificate is"):
        peercert.report(certificate, "SUCCESS")


def test_what_is_no_certificate_is_an_error_whatever_the_verdict() -> None:
    with pytest.raises(peercert.CertificateError) as caught:
        peercert.report("SUCCESS", "SUCCESS")
    assert caught.value.code == "certificate.unreadable"


def test_reports_are_made_by_the_function_alone() -> None:
    with pytest.raises(TypeError):
        peercert.Report()
