"""This file is about options that become a context in each process of a server.

In: options. Out: a context, made when the options are given, so that whoever wrote them reads what is
wrong with them, and made anew in every further process, to which options travel and no keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import log
from ._context import SSLContext

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable


class Recipe:
    """Options of a context, and how often to look for renewed files."""

    def __init__(self, watch: float, options: dict[str, Any]) -> None:
        self._watch = watch
        self._options = options
        self._made: SSLContext | None = SSLContext(**options)
        self._is_ready = False
        # A number that is none is told here, too.
        self._made.watch(watch)
        self._made.watch(0)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_made": None, "_is_ready": False}

    def context(self, logger: logging.Logger, alpn: Iterable[str] = ()) -> SSLContext:
        """The context of this process, for an event loop, which tells its server nothing of clients
        that are refused; `alpn` is what the server speaks."""
        made = self._made = self._made or SSLContext(**self._options)
        if not self._is_ready:
            if alpn and not made._option("alpn"):
                made.set_alpn_protocols(alpn)
            made.on_refusal(log.refusals(logger))
            look_after(made, logger, self._watch)
            self._is_ready = True
        return made


def look_after(made: SSLContext, logger: logging.Logger, watch: float) -> None:
    """Logs what is odd about a context, and from now on what becomes of its reloads."""
    for warning in made.warnings:
        logger.warning("%s", log.one_line(warning))
    made.watch(watch, lambda error: log.reloaded(logger, error, made.warnings))
