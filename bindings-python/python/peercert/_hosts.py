"""This file is about the hosts that a request names, whatever its server makes of it.

In: the values of `Host`, and the request's target in the forms that a server keeps. Out: the
authorities. It may not know of WSGI, of ASGI or of connections.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_ABSOLUTE_FORM = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")


def authorities(hosts: Iterable[str], targets: Iterable[str]) -> set[str]:
    """The hosts that a request names: in `Host`, and in its target if that is a whole URL. By RFC
    9112, 3.2.2, the latter alone counts; applications look at the former. A request that names none
    is for the default host."""
    named = {host.strip() for host in hosts}
    for target in targets:
        if not target.startswith("/") and (found := _ABSOLUTE_FORM.match(target)):
            named.add(found[1].strip())
    named.discard("")
    return named or {""}
