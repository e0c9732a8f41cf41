"""This file is about a Chromium of its own: a home, a store of certificates, and what it shows.

In: certificates, and an address. Out: the page as the browser understood it, or its picture. It
changes nothing of the machine or of other browsers.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from commandline import PATIENCE

# Where Debian's Chromium looks for what an administrator has decided.
POLICIES = Path("/etc/chromium")

# A mount namespace of one's own, also for who is not root.
ALONE = ("unshare", "--mount", "--map-root-user")

# For pictures: a page of this width, in shades that a small palette holds.
_STILL = ("--hide-scrollbars", "--disable-lcd-text", "--force-color-profile=srgb")


class Browser:
    """A Chromium with a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.store = self.home / ".pki" / "nssdb"
        self.store.mkdir(parents=True)
        self._tool("certutil", "-N", "--empty-password")

    def trust(self, authority: Path) -> None:
        """Imports an authority for websites."""
        self._tool("certutil", "-A", "-n", "authority", "-t", "C,,", "-i", authority)

    def own(self, bundle: Path, password: str) -> None:
        """Imports a certificate of one's own."""
        self._tool("pk12util", "-i", bundle, "-W", password)

    def visit(self, url: str) -> str:
        """The document behind an address, after it was parsed."""
        return self._run("--dump-dom", url)

    def visit_choosing(self, url: str) -> str:
        """As `visit`, and where a website asks for a certificate the browser's own is chosen."""
        return self._run("--dump-dom", url, around=self._chooser())

    def picture(self, url: str, path: Path, size: tuple[int, int], *, choosing: bool) -> None:
        """Writes what one sees of an address into a PNG file."""
        window = f"--window-size={size[0]},{size[1]}"
        around = self._chooser() if choosing else ()
        self._run(*_STILL, window, f"--screenshot={path}", url, around=around)

    def _chooser(self) -> tuple[str, ...]:
        """What runs the browser so that a policy chooses its certificate, since nobody can click in
        the dialog. The policy stands over the machine's own in a mount namespace that is the
        browser's alone."""
        policies = self.folder / "policies"
        if not policies.exists():
            shutil.copytree(POLICIES, policies)
            managed = policies / "policies" / "managed"
            managed.mkdir(parents=True, exist_ok=True)
            issuer = {"ISSUER": {"CN": "peercert development client CA"}}
            choice = json.dumps({"pattern": "https://localhost", "filter": issuer})
            policy = json.dumps({"AutoSelectCertificateForUrls": [choice]})
            (managed / "choice.json").write_text(policy)
        mount = 'mount --bind "$0" "$1" && shift && exec "$@"'
        return (*ALONE, "sh", "-c", mount, str(policies), str(POLICIES))

    def _run(self, *arguments: str, around: tuple[str, ...] = ()) -> str:
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu"]
        profile = f"--user-data-dir={self.folder / 'profile'}"
        shown = subprocess.run(
            [*around, "chromium", *flags, profile, *arguments],
            env=os.environ | {"HOME": str(self.home)},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
        return shown.stdout

    def _tool(self, *command: str | Path) -> None:
        subprocess.run(
            [*command, "-d", f"sql:{self.store}"],
            stdin=subprocess.DEVNULL,
            check=True,
            capture_output=True,
            timeout=PATIENCE,
        )


def lacks() -> str | None:
    """Why there is no such browser here, as the reason of a skip."""
    for command, package in (("chromium", "chromium"), ("certutil", "libnss3-tools")):
        if shutil.which(command) is None:
            return f"install {package}"
    return None


def cannot_choose() -> str | None:
    """Why no policy of its own can be given to a browser here, as the reason of a skip."""
    if not POLICIES.is_dir():
        return f"this Chromium has no {POLICIES} to lay a policy over"
    if subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode:
        return "no mount namespace of one's own is permitted here"
    return None
