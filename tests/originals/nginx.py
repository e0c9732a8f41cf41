"""This file is about nginx, which tells each caller its variables.

In: a folder, the CAs. Out: a server that answers with every `$ssl_client_...` that it knows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import programs
from callers import AUTHORITIES
from clients import LIVE

#: nginx' manual, ngx_http_ssl_module, without what is of the client's hello only.
VARIABLES = (
    *("ssl_client_verify", "ssl_client_s_dn", "ssl_client_i_dn", "ssl_client_s_dn_legacy"),
    *("ssl_client_i_dn_legacy", "ssl_client_serial", "ssl_client_fingerprint"),
    *("ssl_client_v_start", "ssl_client_v_end", "ssl_client_v_remain", "ssl_client_cert"),
    *("ssl_client_raw_cert", "ssl_client_escaped_cert", "ssl_protocol", "ssl_cipher"),
    *("ssl_server_name", "ssl_session_reused", "ssl_session_id"),
)
#: Since nginx 1.29.3.
NEW = "ssl_client_sigalg"
SETTINGS = """\
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/errors;
{user}
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_ciphers DEFAULT:@SECLEVEL=0;
        ssl_certificate {live}/server.pem;
        ssl_certificate_key {live}/server.key;
        ssl_client_certificate {authorities};
        {revocation}
        ssl_verify_client optional_no_ca;
        ssl_verify_depth 9;
        # What it would answer 400 to: an expired certificate, and none where one has to be.
        error_page 495 496 =200 @tell;
        location / {{ return 200 "{variables}"; }}
        location @tell {{ return 200 "{variables}"; }}
    }}
}}
"""


@contextmanager
def serving(folder: Path, crl: Path | None) -> Iterator[int]:
    """Runs nginx for the block; gives its port."""
    program = programs.found("nginx")
    newest = (NEW,) if NEW.encode() in Path(program).read_bytes() else ()
    (port,) = programs.free_ports(1)
    (folder / "nginx.conf").write_text(
        SETTINGS.format(
            folder=folder,
            port=port,
            # Else its workers become www-data, whom the folder of a test is closed to.
            user="user root;" if os.geteuid() == 0 else "",
            live=LIVE,
            authorities=AUTHORITIES,
            revocation=f"ssl_crl {crl};" if crl else "",
            variables="".join(f"{name}\x1f${name}\x1e" for name in (*VARIABLES, *newest)),
        )
    )
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    command += ["-e", str(folder / "errors")]
    with programs.listening(command, port, folder / "said"):
        yield port


def names(body: bytes) -> dict[str, bytes]:
    """The variables in an answer; one that is empty is none."""
    every = dict(entry.split(b"\x1f") for entry in body.split(b"\x1e") if entry)
    return {name.decode(): value for name, value in every.items() if value}
