"""This file is about certificates for development: made once, kept in a folder, found again.

In: a folder. Out: the options of a server that uses them, and what a person has to know to call it.
"""

from __future__ import annotations

FOLDER = "peercert-dev"
