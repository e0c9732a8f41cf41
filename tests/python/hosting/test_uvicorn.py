"""This file is about what is uvicorn's own: its setting, made of options of ours."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import peercert
from peercert.uvicorn import tls
from premises import Premises


def test_a_wrong_option_is_told_where_it_stands() -> None:
    with pytest.raises(peercert.ConfigError) as caught:
        tls(certificate="nowhere.pem", key="nowhere.key", client_cert_mode="sometimes")
    assert {problem.code for problem in caught.value.problems} >= {"config.file_not_found"}


def test_what_goes_to_other_processes_holds_no_key(tmp_path: Path) -> None:
    premises = Premises(tmp_path)
    factory = tls(**premises.options())["ssl_context_factory"]
    key = (premises.folder / "server.key").read_bytes().splitlines()[1]
    assert key not in pickle.dumps(factory)
