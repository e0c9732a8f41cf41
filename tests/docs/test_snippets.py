"""This file is about the documents' promises: what README.md and docs/ show is run as it stands.

Each document is one test, run from top to bottom in a folder of its own, because its snippets build
on each other. Port 8443 of a snippet becomes a free one. Servers end with their document.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

import snippets
from snippets import Snippet

TREE = Path(__file__).parents[2]
DOCUMENTS = [TREE / "README.md", *sorted((TREE / "docs").rglob("*.md"))]
LONGEST = 60


def test_every_snippet_says_how_it_is_run() -> None:
    silent = [
        f"{snippet.document.name}:{snippet.line}"
        for document in (*DOCUMENTS, TREE / "CONTRIBUTING.md", TREE / "SECURITY.md")
        for snippet in snippets.snippets(document)
        if snippet.kind not in (*snippets.KINDS, "not run")
    ]
    assert silent == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(TREE)))
def test_the_snippets_of_a_document_do_what_it_says(document: Path, workshop: Workshop) -> None:
    for command in snippets.needs(document):
        if shutil.which(command) is None:
            pytest.skip(f"install {command}")
    for snippet in snippets.snippets(document):
        workshop.run(snippet)


def test_dots_stand_for_anything_and_everything_else_for_itself() -> None:
    assert snippets.matches("a ... c\n", "a b\nb c\n")
    assert snippets.matches("", "")
    assert not snippets.matches("a ... c\n", "a b d\n")
    assert not snippets.matches("a.c\n", "abc\n")


def test_a_command_goes_on_after_a_backslash_and_owns_the_lines_below_it() -> None:
    first, second = snippets.commands("$ one \\\n    two\nprinted\n$ three\n")
    assert (first.command, first.expected) == ("one \\\n    two\n", "printed\n")
    assert (second.command, second.expected) == ("three\n", "")


class Workshop:
    """The folder, port and running servers of one document."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.stack = stack
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = os.environ | {
            "PATH": path,
            # Snippets import certificates into the stores of a user: not those of who tests.
            "HOME": str(folder),
            "NO_COLOR": "1",
            "NO_PROXY": "*",
            "COLUMNS": "100",
        }

    def run(self, snippet: Snippet) -> None:
        """Runs a snippet as its directive says; fails with the document's line."""
        code = snippet.code.replace("8443", str(self.port))
        where = f"{snippet.document.name}:{snippet.line}"
        if snippet.kind == "file":
            (self.folder / snippet.argument).write_text(code)
        elif snippet.kind == "program":
            self.end(where, [sys.executable, "-c", code], "...")
        elif snippet.kind == "server" and snippet.language == "python":
            self.start(where, [sys.executable, "-c", code])
        elif snippet.kind == "server":
            (command,) = snippets.commands(code)
            self.start(where, ["bash", "-c", f"exec {command.command}"])
        elif snippet.kind == "console":
            for command in snippets.commands(code):
                self.end(where, ["bash", "-c", command.command], command.expected or "...")

    def end(self, where: str, command: list[str], expected: str) -> None:
        """Runs what ends by itself; what it prints has to be what the document shows."""
        ended = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        assert ended.returncode == 0, f"{where}: {command[-1]}\n{ended.stdout}"
        assert snippets.matches(expected, ended.stdout), (
            f"{where}: {command[-1]}\nprinted:\n{ended.stdout}\nthe document says:\n{expected}"
        )

    def start(self, where: str, command: list[str]) -> None:
        """Starts what stays up, after whatever was up before, and waits until it listens."""
        self.stack.close()
        log = self.folder / "server.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.stack.callback(process.wait, LONGEST)
        self.stack.callback(process.terminate)
        for _ in range(LONGEST * 20):
            if self.listens():
                return
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
                break
        pytest.fail(f"{where}: does not listen: {command[-1]}\n{log.read_text()}")

    def listens(self) -> bool:
        """Whether somebody listens on the document's port."""
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """A workshop whose servers end with the test."""
    with ExitStack() as stack:
        yield Workshop(tmp_path, stack)
