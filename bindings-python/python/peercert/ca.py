"""This file is about a certificate authority **for development and tests**.

Its key is a file, it asks nobody who may have a certificate, and it keeps no audit log: no
production PKI should run on it. Keys are written for their owner alone, and nothing is overwritten.

What to issue is said by keyword arguments, each of which may be left out: `subject` (an RFC 4514
string, or pairs of type and value), `dns`, `email`, `uri`, `ip`, `upn` (lists), `days`,
`not_before`, `not_after` (seconds since 1970, or a date as text), `key` (`p256`, `p384`, `rsa2048`,
`rsa3072`, `rsa4096`, `ed25519`), `key_usage`, `extended_key_usage` (lists), `path_length`,
`password` (encrypts the new key), `name` (of the files).
"""

from __future__ import annotations

from ._native import Authority, Written, development, development_files, request

__all__ = ["Authority", "Written", "development", "development_files", "request"]
