"""This file is about clients that ask for another handshake on a TLS 1.2 connection.

In: `openssl s_client`, which asks when it reads an R. Renegotiation lets a caller make the server
do expensive work again and again, and change who it is in the middle of a connection.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from commandline import PATIENCE, serving

Pki = Any


def test_a_renegotiation_is_refused_and_the_next_client_is_served(
    pki: Pki, openssl: str, tmp_path: Path
) -> None:
    names = {"certificate": "--certificate", "key": "--key", "client_ca_file": "--client-ca-file"}
    options = [word for name, flag in names.items() for word in (flag, pki.options[name])]
    options += ["--client-cert-mode", "request"]
    serve = ["serve", "peercert.demo:app", "--bind", "127.0.0.1:0", *options]
    with serving(*serve, cwd=tmp_path) as server:
        # The writing end stays open: at the end of its input s_client would leave by itself.
        reading, writing = os.pipe()
        os.write(writing, b"R\n")
        ended = subprocess.run(
            [
                *(openssl, "s_client", "-tls1_2", "-connect", f"127.0.0.1:{server.port}"),
                *("-CAfile", str(pki.folder / "server-ca.pem"), "-verify_return_error"),
            ],
            stdin=reading,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        os.close(reading)
        os.close(writing)
        assert "Protocol  : TLSv1.2" in ended.stdout
        assert "RENEGOTIATING" in ended.stdout + ended.stderr
        assert "no renegotiation" in ended.stderr
        assert ended.returncode != 0
        # AWS-LC ends the connection itself; OpenSSL declines, and lets the client end it.
        server.wait_for(r"INFO lost .*: peer\.(protocol|alert): ")
        assert pki.json(f"https://localhost:{server.port}", "client")["clientcert"]["verified"]
