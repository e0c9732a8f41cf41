"""This file is about a browser that calls: Chromium, with its own store of certificates.

In: `peercert demo --serve`, and what it tells a person to import. Out: the page as the browser
understood it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from commandline import PATIENCE, serving
from peercert import ca

Pki = Any

# Where Debian's Chromium looks for what an administrator has decided.
POLICIES = Path("/etc/chromium")

pytestmark = pytest.mark.skipif(shutil.which("chromium") is None, reason="install chromium")


class Browser:
    """A Chromium with a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder / "home" / ".pki" / "nssdb"
        self.store.mkdir(parents=True)
        self._tool("certutil", "-N", "--empty-password")

    def trust(self, authority: Path) -> None:
        """Imports an authority for websites."""
        self._tool("certutil", "-A", "-n", "authority", "-t", "C,,", "-i", authority)

    def own(self, bundle: Path, password: str) -> None:
        """Imports a certificate of one's own."""
        self._tool("pk12util", "-i", bundle, "-W", password)

    def visit(self, url: str, *around: str) -> str:
        """The document behind an address, after it was parsed; `around` runs the browser."""
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu"]
        command = ["chromium", *flags, f"--user-data-dir={self.folder / 'profile'}", "--dump-dom"]
        shown = subprocess.run(
            [*around, *command, url],
            env=os.environ | {"HOME": str(self.folder / "home")},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
        return shown.stdout

    def visit_choosing(self, url: str) -> str:
        """As `visit`, and where a website asks for a certificate the browser's own is chosen.

        Nobody can click in the dialog, so that a policy decides; it stands over the machine's own
        in a mount namespace that is the browser's alone.
        """
        policies = self.folder / "policies"
        shutil.copytree(POLICIES, policies)
        everywhere = json.dumps({"pattern": "https://localhost", "filter": {}})
        (policies / "policies" / "managed").mkdir(parents=True, exist_ok=True)
        (policies / "policies" / "managed" / "choice.json").write_text(
            json.dumps({"AutoSelectCertificateForUrls": [everywhere]})
        )
        mount = 'mount --bind "$0" "$1" && shift && exec "$@"'
        return self.visit(url, *ALONE, "sh", "-c", mount, str(policies), str(POLICIES))

    def _tool(self, *command: str | Path) -> None:
        subprocess.run(
            [*command, "-d", f"sql:{self.store}"], check=True, capture_output=True, timeout=PATIENCE
        )


ALONE = ("unshare", "--mount", "--map-root-user")


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    if shutil.which("certutil") is None:
        pytest.skip("install libnss3-tools")
    return Browser(tmp_path / "browser")


def test_a_browser_without_a_certificate_is_anonymous(browser: Browser, tmp_path: Path) -> None:
    with serving("demo", "--serve", cwd=tmp_path) as server:
        url = f"https://localhost:{server.port}/"
        assert "You are anonymous" not in browser.visit(url), "it trusts everybody"
        browser.trust(ca.development_files(tmp_path / "demo-pki")["server_ca"])
        page = browser.visit(url)
    assert "<h1><bdi>You are anonymous</bdi></h1>" in page
    assert "Your client sent no certificate" in page


def test_a_browser_shows_the_certificate_that_was_imported(
    browser: Browser, tmp_path: Path
) -> None:
    if subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no mount namespace of one's own is permitted here")
    with serving("demo", "--serve", cwd=tmp_path) as server:
        password = server.wait_for(r"(?m)password: (\S+)$")[1]
        files = ca.development_files(tmp_path / "demo-pki")
        browser.trust(files["server_ca"])
        browser.own(files["client_pkcs12"], password)
        page = browser.visit_choosing(f"https://localhost:{server.port}/")
    assert "<h1><bdi>alice</bdi></h1>" in page
    assert '<p class="badge">Verified</p>' in page


def test_a_browser_shows_the_page_and_runs_nothing_of_it(
    pki: Pki, server: str, hostile: str, browser: Browser, tmp_path: Path
) -> None:
    # From a file, where no header of ours keeps scripts from running.
    (tmp_path / "page.html").write_text(pki.curl(server, client=hostile))
    page = browser.visit(f"file://{tmp_path}/page.html")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
