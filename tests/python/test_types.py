"""This file is about types and tables: the stubs say what the module and the key table say."""

from __future__ import annotations

import typing
from collections.abc import Sequence

import pytest

import peercert
from peercert import _errors, _native, options, types

TYPES = {"flag": bool, "integer": int, "text": str, "texts": list[str]}
DICTS: dict[str, typing.Any] = {
    "verifyerror": types.VerifyError,
    "certinfo": types.CertInfo,
    "san": types.San,
    "othername": types.OtherName,
    "attribute": types.Attribute,
    "provisioner": types.Provisioner,
    "extension": types.Extension,
    "warning": types.Oddity,
    "identity": types.Identity,
    "explanation": types.Explanation,
    "rule": types.TriedRule,
    "value": types.TriedValue,
    "details": types.Details,
    "counters": types.Counters,
    "count": types.Count,
}


def rows(group: str) -> list[dict[str, str]]:
    return [row for row in _native.schema() if row["group"] == group]


def check(row: dict[str, str], hint: object) -> None:
    if row["type"] in TYPES:
        assert hint == TYPES[row["type"]], row["name"]
    else:
        origin = typing.get_origin(hint)
        expected = list if row["type"] == "list" else None
        assert origin is expected, row["name"]


def test_every_group_of_the_key_table_has_its_type() -> None:
    assert {row["group"] for row in _native.schema()} == {*DICTS, "clientcert"}


@pytest.mark.parametrize("group", DICTS)
def test_a_type_has_the_keys_of_its_group(group: str) -> None:
    made = DICTS[group]
    assert list(made.__annotations__) == [row["name"] for row in rows(group)]
    hints = typing.get_type_hints(made)
    for row in rows(group):
        check(row, hints[row["name"]])
    required = {row["name"] for row in rows(group) if row["presence"] == "always"}
    assert made.__required_keys__ == required


def test_a_callers_type_has_the_keys_of_the_verdict_and_of_the_certificate() -> None:
    made, own = types.ClientCert, rows("clientcert")
    expected = [row["name"] for row in own + rows("certinfo")]
    assert list(made.__annotations__) == expected
    hints = typing.get_type_hints(made)
    for row in own + rows("certinfo"):
        check(row, hints[row["name"]])
    always = {row["name"] for row in own if row["presence"] == "always"}
    assert made.__required_keys__ == always


def test_every_code_has_an_exception_of_its_kind() -> None:
    for row in _native.codes():
        made = _errors.make(row["kind"], row["code"], "a message", {}, None, [], 0)
        assert made.kind == row["kind"]
        assert type(made) is not peercert.Error
        shown = _errors.as_ssl(made, "read")
        assert isinstance(shown, OSError) or row["kind"] == "config", row["code"]
        assert getattr(shown, "code", None) == row["code"]


def test_options_and_modes_are_found_in_any_spelling() -> None:
    for row in _native.option_table():
        assert _native.option_name(row["name"].replace("_", "-").upper()) == row["name"]
    assert _native.option_name("colour") is None
    assert [_native.mode_name(word.title()) for word in _native.modes()] == _native.modes()
    with pytest.raises(peercert.ConfigError):
        _native.mode_name("optional_no_ca")


KINDS: dict[str, object] = {
    "path": options.Path,
    "folder": options.Path,
    "bytes": bytes,
    "text": str,
    "word": str,
    "integer": int,
    "seconds": float,
    "flag": bool,
    "list": Sequence[str] | str,
    "paths": Sequence[options.Path] | options.Path,
    "secrets": Sequence[bytes] | bytes,
    "hosts": dict[str, options.HostOptions],
}


@pytest.mark.parametrize(
    ("scope", "made"), [("host", options.HostOptions), ("server", options.Options)]
)
def test_every_option_has_its_type(scope: str, made: type) -> None:
    rows = [row for row in _native.option_table() if scope in ("server", row["scope"])]
    hints = typing.get_type_hints(made)
    assert set(hints) == {row["name"] for row in rows}
    for row in rows:
        # One of a few words, or else a path.
        expected = str | options.Path if row["name"] == "client_ca_names" else KINDS[row["type"]]
        assert hints[row["name"]] == expected, row["name"]


def test_versions_are_told() -> None:
    ours, library = peercert.version()
    assert ours == peercert.__version__
    assert library.startswith(("AWS-LC", "OpenSSL"))
