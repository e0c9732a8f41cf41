"""This file is about `peercert.django`, under WSGI and under ASGI, without servers."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

import peercert
from djangoproject import Browser
from requesting import GOOD, SUBJECT, Connection

# Models are there once the project is.
from django.contrib.auth.models import Group, User  # isort: skip
from django.contrib.sessions.models import Session  # isort: skip
from peercert.django import ClientCertBackend  # isort: skip

EXPIRED = "FAILED:certificate has expired"
OTHER_CN = [{"source": "subject.CN", "value": "/.*/", "user": "bob"}]
NOBODY = [{"source": "subject.CN", "value": "nobody", "user": "nobody"}]
WITH_PASSWORDS = [
    "peercert.django.ClientCertBackend",
    "django.contrib.auth.backends.ModelBackend",
]


@pytest.fixture(autouse=True)
def accounts() -> Iterator[None]:
    """The accounts of each test: the certificate's, and jane's."""
    for name in (SUBJECT, "jane"):
        User.objects.create(username=name)
    yield
    for model in (User, Group, Session):
        model.objects.all().delete()


@pytest.fixture(params=["wsgi", "asgi"])
def protocol(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def browser(protocol: str) -> Browser:
    return Browser(protocol)


# A view of the kind that the protocol is for, and of the other kind.
PATHS = pytest.mark.parametrize("path", ["/", "/async"])


@PATHS
def test_a_view_knows_the_client_and_its_user(browser: Browser, path: str) -> None:
    told = browser.get(path, Connection())
    assert told["user"] == SUBJECT
    assert told["clientcert"]["verified"] is True
    assert told["identity"]["user"] == SUBJECT


@PATHS
@pytest.mark.parametrize("verdict", [None, EXPIRED])
def test_who_does_not_verify_is_nobody(browser: Browser, path: str, verdict: str | None) -> None:
    told = browser.get(path, Connection(verdict))
    assert told["user"] == ""
    assert told["clientcert"]["present"] is (verdict is not None)
    assert told["identity"]["identified"] is False


@PATHS
@pytest.mark.parametrize(
    "name", ["remote-user", "Remote-User", "peercert.user", "peercert-user", "peercert_user"]
)
def test_no_header_makes_a_user(browser: Browser, path: str, name: str) -> None:
    told = browser.get(path, Connection(None), (name, "jane"), ("X-Other", "kept"))
    assert told["user"] == ""
    # Nor does it beside a certificate.
    assert browser.get(path, Connection(), (name, "jane"))["user"] == SUBJECT


def test_a_view_sees_no_header_that_says_who_a_client_is(browser: Browser) -> None:
    told = browser.get("/", Connection(), ("Remote-User", "jane"), ("X-Other", "kept"))
    assert told["headers"]["X-Other"] == "kept"
    assert not {"Remote-User", "Peercert.User"} & set(told["headers"])
    known = {f"peercert.{key}" for key in ("clientcert", "connection", "details", "identity")}
    assert known <= set(told["meta"]) <= known | {"peercert.met"}


def test_nor_does_it_when_somebody_has_looked_before(protocol: str) -> None:
    middleware = ["djangoproject.looks_first", *settings.MIDDLEWARE]
    with override_settings(MIDDLEWARE=middleware):
        told = Browser(protocol).get("/", Connection(), ("Remote-User", "jane"))
    assert "Remote-User" not in told["headers"]


def test_no_other_backend_makes_the_certificates_account(browser: Browser) -> None:
    backends = [
        "peercert.django.ClientCertBackend",
        "django.contrib.auth.backends.RemoteUserBackend",
    ]
    with override_settings(AUTHENTICATION_BACKENDS=backends, PEERCERT_RULES=OTHER_CN):
        # Whom the rules name has no account, and accounts are made by hand.
        told = Browser(browser.protocol).get("/", Connection())
    assert told["identity"]["user"] == "bob"
    assert told["user"] == ""
    assert not User.objects.filter(username="bob").exists()


@pytest.mark.parametrize(
    "backend",
    ["peercert.django.ClientCertBackend", "django.contrib.auth.backends.RemoteUserBackend"],
)
def test_a_user_whom_the_server_names_is_not_the_certificates(backend: str) -> None:
    with override_settings(AUTHENTICATION_BACKENDS=[backend]):
        browser = Browser("wsgi")
        assert browser.get("/", Connection(None), REMOTE_USER="jane")["user"] == ""
        assert browser.get("/", Connection(), REMOTE_USER="jane")["user"] == SUBJECT


@PATHS
def test_whom_the_certificate_no_longer_names_is_logged_out(browser: Browser, path: str) -> None:
    assert browser.get(path, Connection())["user"] == SUBJECT
    assert "sessionid" in browser.cookies
    # The cookie alone is not enough, by whatever connection it comes.
    assert browser.get(path, Connection(None))["user"] == ""
    assert browser.get(path, Connection())["user"] == SUBJECT
    assert browser.get(path, Connection(EXPIRED))["user"] == ""
    assert Session.objects.count() <= 1


@PATHS
def test_another_certificate_is_another_user(browser: Browser, protocol: str, path: str) -> None:
    User.objects.create(username="bob")
    assert browser.get(path, Connection())["user"] == SUBJECT
    with override_settings(PEERCERT_RULES=OTHER_CN):
        other = Browser(protocol)
        other.cookies = browser.cookies
        assert other.get(path, Connection())["user"] == "bob"


@PATHS
def test_a_user_without_an_account_is_nobody(browser: Browser, protocol: str, path: str) -> None:
    User.objects.filter(username=SUBJECT).delete()
    assert browser.get(path, Connection())["user"] == ""
    assert not User.objects.filter(username=SUBJECT).exists()
    with override_settings(PEERCERT_CREATE_USERS=True):
        assert Browser(protocol).get(path, Connection())["user"] == SUBJECT


@PATHS
def test_a_user_whose_account_is_closed_is_nobody(browser: Browser, path: str) -> None:
    assert browser.get(path, Connection())["user"] == SUBJECT
    User.objects.filter(username=SUBJECT).update(is_active=False)
    assert browser.get(path, Connection())["user"] == ""


@PATHS
@pytest.mark.parametrize("user", ["x" * 151, "TEST-CLIENT", "\uff54est-client"])
def test_only_the_exact_name_is_the_account(protocol: str, path: str, user: str) -> None:
    rules = [{"source": "subject.CN", "value": "/.*/", "user": user}]
    with override_settings(PEERCERT_RULES=rules, PEERCERT_CREATE_USERS=len(user) > 150):
        assert Browser(protocol).get(path, Connection())["user"] == ""


def test_a_database_that_compares_without_case_gives_no_account_of_another_name() -> None:
    jane = User.objects.get(username="jane")
    backend = ClientCertBackend()
    for name, account in (("JANE", None), ("jane", jane)):
        request = SimpleNamespace(peercert_identity={"identified": True, "user": name})
        assert backend.configure_user(request, jane, created=False) == account
    # Nobody but the middleware says who it is.
    assert backend.authenticate(SimpleNamespace(), "jane") is None


def test_who_has_logged_in_by_password_stays_until_a_certificate_names_a_user(
    protocol: str,
) -> None:
    with override_settings(AUTHENTICATION_BACKENDS=WITH_PASSWORDS):
        browser = Browser(protocol)
        browser.get("/by-password", Connection(None))
        assert browser.get("/", Connection(None))["user"] == "jane"
        assert browser.get("/", Connection())["user"] == SUBJECT
        assert browser.get("/", Connection(None))["user"] == ""


def test_who_logs_out_is_logged_in_by_the_next_request(browser: Browser) -> None:
    browser.get("/leave", Connection())
    assert browser.get("/", Connection())["user"] == SUBJECT


GROUPS = [{"preset": "cn", "groups": ["ops", "staff"]}]


@PATHS
def test_an_account_is_in_the_groups_that_its_certificate_gives(protocol: str, path: str) -> None:
    for name in ("operators", "editors", "friends"):
        Group.objects.create(name=name)
    account = User.objects.get(username=SUBJECT)
    account.groups.set(Group.objects.filter(name__in=["editors", "friends"]))
    mapping = {"ops": "operators", "editors": "editors", "staff": "there is no such group"}
    with override_settings(PEERCERT_RULES=GROUPS, PEERCERT_GROUPS=mapping):
        browser = Browser(protocol)
        assert browser.get(path, Connection())["groups"] == ["friends", "operators"]
        # Within the session, too.
        account.groups.clear()
        assert browser.get(path, Connection())["groups"] == ["operators"]
        assert browser.get(path, Connection(None))["groups"] == []


@PATHS
def test_a_request_for_a_host_of_another_policy_reaches_no_view(
    browser: Browser, path: str
) -> None:
    answer = browser.get(path, Connection("SUCCESS", "localhost"))
    assert browser.status == 421
    assert "another host" in answer


@PATHS
def test_a_server_without_the_hook_is_an_error(
    browser: Browser, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    browser.get(path, None)
    assert browser.status == 500
    assert "state.no_connection" in caplog.text


@PATHS
def test_a_trusted_proxy_says_who_the_client_is(protocol: str, path: str) -> None:
    told = ("X-SSL-Client-Cert", quote(GOOD, safe="")), ("X-SSL-Client-Verify", "SUCCESS")
    proxy = {"forwarded_format": "nginx", "forwarded_from": "10.0.0.1"}
    address: dict[str, Any] = (
        {"REMOTE_ADDR": "10.0.0.1"} if protocol == "wsgi" else {"client": ("10.0.0.1", 4711)}
    )
    for setting in (proxy, [proxy]):
        with override_settings(PEERCERT_FORWARDED=setting):
            browser = Browser(protocol)
            answer = browser.get(path, None, *told, **address)
            assert answer["user"] == SUBJECT
            assert answer["clientcert"]["source"] == "forwarded"
            twice = browser.get(path, None, *told, ("X-SSL_Client-Cert", "x"), **address)
            assert browser.status == 400, twice
            browser.get(path, None, *told)
            assert browser.status == 500


@PATHS
def test_without_rules_the_client_is_known_and_nobody_logged_in(protocol: str, path: str) -> None:
    with override_settings(PEERCERT_RULES=None, AUTHENTICATION_BACKENDS=[]):
        told = Browser(protocol).get(path, Connection())
    assert told["user"] == ""
    assert told["clientcert"]["verified"] is True
    assert told["identity"] is None


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"AUTHENTICATION_BACKENDS": WITH_PASSWORDS[1:]}, ImproperlyConfigured),
        ({"PEERCERT_RULES": "email"}, peercert.ConfigError),
        ({"PEERCERT_FORWARDED": {"forwarded_format": "nginx"}}, peercert.ConfigError),
    ],
)
def test_wrong_settings_are_errors_at_the_start(
    protocol: str, wrong: dict[str, Any], error: type[Exception]
) -> None:
    with override_settings(**wrong), pytest.raises(error):
        Browser(protocol)
