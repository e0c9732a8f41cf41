"""This file is about the manual: every function has a page, and the pages are well-formed."""

from __future__ import annotations

import subprocess

from building import Library


def test_the_pages_are_well_formed(library: Library) -> None:
    pages = [str(page) for page in sorted(library.manual.iterdir()) if not page.is_symlink()]
    shown = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", *pages],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (shown.returncode, shown.stdout) == (0, "")


def test_every_exported_function_has_a_page(library: Library) -> None:
    command = ["nm", "--dynamic", "--defined-only", "--format=posix", str(library.shared)]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert {line.split()[0] for line in shown.splitlines()} <= {
        page.stem for page in library.manual.iterdir()
    }
