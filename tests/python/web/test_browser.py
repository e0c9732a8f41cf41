"""This file is about a browser that calls: Chromium, with its own store of certificates.

In: `peercert demo --serve`, and what it tells a person to import. Out: the page as the browser
understood it.
"""

from __future__ import annotations

import html
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import browser as chromium
from browser import Browser
from commandline import PATIENCE, Server, serving
from peercert import ca

Pki = Any

pytestmark = pytest.mark.skipif(chromium.lacks() is not None, reason=chromium.lacks() or "")


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path / "browser")


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Server]:
    """`peercert demo --serve`, in a folder whose name the shell would take apart."""
    folder = tmp_path / "what a name"
    folder.mkdir()
    with serving("demo", "--serve", cwd=folder) as server:
        yield server


@pytest.fixture
def files(demo: Server, tmp_path: Path) -> dict[str, Path]:
    demo.wait_for("password: ")
    return ca.development_files(tmp_path / "what a name" / "demo-pki")


def test_a_browser_without_a_certificate_is_told_how_to_get_one(
    browser: Browser, demo: Server, files: dict[str, Path]
) -> None:
    url = f"https://localhost:{demo.port}/"
    assert "You are anonymous" not in browser.visit(url), "it trusts everybody"
    browser.trust(files["server_ca"])
    page = browser.visit(url)
    assert "<h1><bdi>You are anonymous</bdi></h1>" in page
    assert "Your client sent no certificate" in page
    steps = page[page.index("<h2>How to get a certificate</h2>") :]
    for told in ("Import demo-pki/client-ca/alice.p12 as", "Import demo-pki/server-ca/ca.pem", url):
        assert told in steps
    assert demo.wait_for(r"(?m)password: (\S+)$")[1] not in page


@pytest.mark.skipif(chromium.cannot_choose() is not None, reason=chromium.cannot_choose() or "")
def test_a_browser_shows_the_certificate_that_was_imported(
    browser: Browser, demo: Server, files: dict[str, Path]
) -> None:
    browser.trust(files["server_ca"])
    browser.own(files["client_pkcs12"], demo.wait_for(r"(?m)password: (\S+)$")[1])
    policies = set(chromium.POLICIES.rglob("*"))
    page = browser.visit_choosing(f"https://localhost:{demo.port}/")
    assert "<h1><bdi>alice</bdi></h1>" in page
    assert '<p class="badge">Verified</p>' in page
    assert "How to get a certificate" not in page
    assert set(chromium.POLICIES.rglob("*")) == policies, "the machine's own policies have changed"


@pytest.mark.skipif(chromium.cannot_choose() is not None, reason=chromium.cannot_choose() or "")
def test_what_the_page_says_to_do_in_a_terminal_is_enough(
    browser: Browser, demo: Server, files: dict[str, Path], tmp_path: Path
) -> None:
    # Chromium has made its store already when it shows the page.
    url = f"https://localhost:{demo.port}/"
    folder = tmp_path / "what a name"
    curl = ["curl", "-sS", "--noproxy", "*", "--cacert", str(files["server_ca"]), url]
    page = subprocess.run(curl, capture_output=True, text=True, check=True).stdout
    found = re.search(r"<pre>(# Chrome and Chromium on Linux.*?)</pre>", page, re.DOTALL)
    assert found is not None
    commands = html.unescape(found[1])
    # The password is asked for where a person sits.
    assert commands.count("alice.p12\n") == 1
    password = demo.wait_for(r"(?m)password: (\S+)$")[1]
    commands = commands.replace("alice.p12\n", f"alice.p12 -W {password}\n")
    ended = subprocess.run(
        ["sh", "-ec", commands],
        cwd=folder,
        env=os.environ | {"HOME": str(browser.home), "no_proxy": "*"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "<h1><bdi>alice</bdi></h1>" in ended.stdout, "curl is somebody else"
    assert "<h1><bdi>alice</bdi></h1>" in browser.visit_choosing(url)


def test_a_browser_shows_the_page_and_runs_nothing_of_it(
    pki: Pki, server: str, hostile: str, browser: Browser, tmp_path: Path
) -> None:
    # From a file, where no header of ours keeps scripts from running.
    (tmp_path / "page.html").write_text(pki.curl(server, client=hostile))
    page = browser.visit(f"file://{tmp_path}/page.html")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
