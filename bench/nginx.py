"""This file is about nginx as the figure from outside: one process, mutual TLS, a fixed answer.

In: a folder of certificates, a client. Out: the processor time that nginx used, in microseconds a
connection.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import outside

CONFIGURATION = """
daemon off;
master_process off;
pid {scratch}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {scratch}/body;
  proxy_temp_path {scratch}/proxy;
  fastcgi_temp_path {scratch}/fastcgi;
  uwsgi_temp_path {scratch}/uwsgi;
  scgi_temp_path {scratch}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/server.pem;
    ssl_certificate_key {folder}/server.key;
    ssl_client_certificate {folder}/client-ca.pem;
    ssl_verify_client on;
    ssl_protocols TLSv1.2 TLSv1.3;
    keepalive_timeout 0;
    return 200 "ok\\n";
  }}
}}
"""


def measure(folder: Path, connections: int, client: outside.Client) -> float:
    """Microseconds a connection."""
    with tempfile.TemporaryDirectory() as scratch:
        port = outside.free_port()
        path = Path(scratch, "nginx.conf")
        path.write_text(CONFIGURATION.format(scratch=scratch, port=port, folder=folder))
        command = ["nginx", "-p", scratch, "-c", str(path)]
        return outside.processor_time(command, Path(scratch), port, client, connections)
