"""This file is about finding an application by its name, `module:name`, and what it speaks.

In: the name. Out: the application, or one error that says why there is none.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import peercert

_CODE = "config.bad_application"


def load(name: str) -> Callable[..., Any]:
    """The application of `package.module:name` (`name` may be dotted; without it `application` or
    `app`), looked for in the current folder first. Raises ConfigError."""
    module_name, _, attribute = name.partition(":")
    if not module_name or module_name.startswith("."):
        raise peercert.ConfigError(_CODE, f"{name!r} is not a module and a name, as module:app")
    if (folder := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, folder)
    module = _import(module_name)
    names = [attribute] if attribute else ["application", "app"]
    for candidate in names:
        found = _attribute(module, candidate)
        if found is not None:
            break
    else:
        raise peercert.ConfigError(_CODE, f"module {module_name} has no {' or '.join(names)}")
    if not callable(found):
        kind = type(found).__name__
        raise peercert.ConfigError(_CODE, f"{name} is no application: it is not callable ({kind})")
    app: Callable[..., Any] = found
    return app


def speaks_asgi(app: Callable[..., Any]) -> bool:
    """Whether calling an application gives a coroutine, as ASGI wants it; WSGI wants an answer."""
    calls = (app, type(app).__call__)
    return any(map(inspect.iscoroutinefunction, calls))


def _attribute(thing: Any, dotted: str) -> Any:
    for part in dotted.split("."):
        thing = getattr(thing, part, None)
    return thing


def _import(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            raise peercert.ConfigError(
                _CODE, f"there is no module {name}, looked for in {Path.cwd()} and Python's path"
            ) from None
        raise _failed(name, error) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        # A module may even end the program while it is imported.
        raise _failed(name, error) from None


def _failed(name: str, error: BaseException) -> peercert.ConfigError:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "importlib" not in frame.filename]
    where = f" ({own[-1].filename}, line {own[-1].lineno})" if len(own) > 1 else ""
    reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return peercert.ConfigError(_CODE, f"module {name} does not import: {reason}{where}")
