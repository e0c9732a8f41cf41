"""This file is about early data (TLS 1.3, 0-RTT): a server that never promised to take any.

In: `openssl s_client`, and a session of it that was changed to say that early data is welcome. What
came so could be sent again by anybody (RFC 8446, 8): it is thrown away, and the handshake goes on.
"""

from __future__ import annotations

import base64
import re
import socket
import subprocess
from pathlib import Path
from typing import Any

import peercert
from elsewhere import answer
from scene import LIVE, PATIENCE, Peer, server_options

# The field of OpenSSL's session that tells how much early data its server takes, and those before
# which it stands (ssl/ssl_asn1.c).
MAX_EARLY_DATA = 0xAF
TAGS_AFTER = (0xB0, 0xB1, 0xB2, 0xB3, 0xB4)


def fields(der: bytes) -> list[bytes]:
    """What a DER sequence consists of."""
    found, at = [], _header(der)
    while at < len(der):
        length = _header(der[at:]) + _length(der[at:])
        found.append(der[at : at + length])
        at += length
    return found


def _header(der: bytes) -> int:
    return 2 if der[1] < 0x80 else 2 + (der[1] & 0x7F)


def _length(der: bytes) -> int:
    return der[1] if der[1] < 0x80 else int.from_bytes(der[2 : _header(der)], "big")


def with_early_data(pem: str) -> str:
    """The session, which now says that 16,384 bytes are welcome."""
    label = "SSL SESSION PARAMETERS"
    match = re.search(f"-----BEGIN {label}-----(.*)-----END {label}-----", pem, re.DOTALL)
    assert match
    parts = fields(base64.b64decode(match.group(1)))
    assert MAX_EARLY_DATA not in [part[0] for part in parts], "the server promised nothing"
    at = next((i for i, part in enumerate(parts) if part[0] in TAGS_AFTER), len(parts))
    parts.insert(at, bytes([MAX_EARLY_DATA, 4, 2, 2, 0x40, 0x00]))
    body = b"".join(parts)
    whole = b"\x30\x82" + len(body).to_bytes(2, "big") + body
    return f"-----BEGIN {label}-----\n{base64.encodebytes(whole).decode()}-----END {label}-----\n"


def test_early_data_is_thrown_away_and_the_session_still_resumed(
    openssl: str, tmp_path: Path
) -> None:
    acceptor = peercert.Acceptor(**server_options("require"))
    session, early = tmp_path / "session.pem", tmp_path / "early"
    early.write_bytes(b"said too early")

    def connect(*more: str | Path) -> tuple[dict[str, Any], str]:
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def serve() -> dict[str, Any]:
                ours, _ = listener.accept()
                with ours:
                    return answer(ours, acceptor)

            server = Peer(serve)
            port = listener.getsockname()[1]
            ended = subprocess.run(
                [openssl, "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_3", "-ign_eof",
                    "-cert", LIVE / "good.pem", "-key", LIVE / "good.key", *more],
                stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False,
            )  # fmt: skip
            return server.result(), (ended.stdout + ended.stderr).decode("latin-1")

    told, said = connect("-sess_out", session)
    assert (told["report"]["verified"], told["resumed"]) == (True, False), said
    session.write_text(with_early_data(session.read_text()))
    told, said = connect("-sess_in", session, "-early_data", early)
    assert "Early data was rejected" in said
    assert (told["report"]["verified"], told["resumed"]) == (True, True), said
    assert "too early" not in told["heard"]
