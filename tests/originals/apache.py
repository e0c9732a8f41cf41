"""This file is about Apache with mod_ssl, which tells each caller its environment.

In: a folder, the CAs. Out: a server that answers with every variable that it sets.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import programs
from callers import AUTHORITIES
from clients import LIVE

MODULES = Path("/usr/lib/apache2/modules")
# As bytes: names are in UTF-8 or in none.
SCRIPT = """\
#!/bin/sh
printf 'Content-Type: application/octet-stream\\r\\n\\r\\n'
exec /usr/bin/env -0
"""
SETTINGS = """\
ServerRoot {folder}
DefaultRuntimeDir {folder}
PidFile {folder}/pid
ErrorLog {folder}/errors
ServerName localhost
Listen 127.0.0.1:{port}
LoadModule mpm_prefork_module {modules}/mod_mpm_prefork.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule alias_module {modules}/mod_alias.so
LoadModule cgi_module {modules}/mod_cgi.so
LoadModule ssl_module {modules}/mod_ssl.so
{user}
SSLEngine on
SSLCertificateFile {live}/server.pem
SSLCertificateKeyFile {live}/server.key
SSLCACertificateFile {authorities}
{revocation}
SSLVerifyClient optional_no_ca
SSLVerifyDepth 9
SSLCipherSuite DEFAULT:@SECLEVEL=0
SSLOptions +StdEnvVars +ExportCertData
SSLUserName SSL_CLIENT_S_DN_UID
ScriptAlias / {folder}/tell/
<Directory {folder}>
    Require all granted
</Directory>
"""


@contextmanager
def serving(crl: Path | None) -> Iterator[int]:
    """Runs Apache for the block; gives its port."""
    program = programs.found("apache2", "apache2-bin")
    if not (MODULES / "mod_ssl.so").exists():
        pytest.skip("install apache2-bin")
    (port,) = programs.free_ports(1)
    # Its workers are never root: the folder has to be open to another user, which pytest's are not.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        script = folder / "tell"
        script.write_text(SCRIPT)
        script.chmod(0o755)
        settings = SETTINGS.format(
            folder=folder,
            modules=MODULES,
            port=port,
            user="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
            live=LIVE,
            authorities=AUTHORITIES,
            revocation=f"SSLCARevocationFile {crl}\nSSLCARevocationCheck chain" if crl else "",
        )
        (folder / "apache.conf").write_text(settings)
        command = [program, "-d", str(folder), "-f", str(folder / "apache.conf"), "-DFOREGROUND"]
        with programs.listening(command, port, folder / "errors"):
            yield port


def variables(body: bytes) -> dict[str, bytes]:
    """The environment in an answer."""
    every = (entry.split(b"=", 1) for entry in body.split(b"\0") if entry)
    return {name.decode(): value for name, value in every}


def names(body: bytes) -> dict[str, bytes]:
    """The variables of mod_ssl in an answer."""
    every = variables(body).items()
    return {name: value for name, value in every if name.startswith(("SSL_", "HTTPS"))}
