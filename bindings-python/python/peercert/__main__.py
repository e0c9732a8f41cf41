"""This file is about starting the command line, as `peercert` and as `python -m peercert`."""

from __future__ import annotations

import sys

from peercert.commands import main

if __name__ == "__main__":
    sys.exit(main())
