"""This file is about nginx as the figure from outside: one process, mutual TLS, a fixed answer.

In: a folder of certificates, a client. Out: the processor time that nginx used, in microseconds a
connection.
"""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

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


def measure(folder: Path, connections: int, client: Callable[[int, int], list[str]]) -> float:
    """Microseconds a connection; `client` gives the command for a port and so many connections."""
    with tempfile.TemporaryDirectory() as scratch:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        path = Path(scratch, "nginx.conf")
        path.write_text(CONFIGURATION.format(scratch=scratch, port=port, folder=folder))
        nginx = subprocess.Popen(["nginx", "-p", scratch, "-c", str(path)])
        try:
            _until_it_listens(nginx, port)
            # The first connection warms the server up and does not count.
            subprocess.run(client(port, 1), check=True, stdout=subprocess.DEVNULL)
            before = _cpu_seconds(nginx.pid)
            subprocess.run(client(port, connections), check=True, stdout=subprocess.DEVNULL)
            return (_cpu_seconds(nginx.pid) - before) / connections * 1e6
        finally:
            nginx.terminate()
            nginx.wait()


def _until_it_listens(nginx: subprocess.Popen[bytes], port: int) -> None:
    while nginx.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            time.sleep(0.01)
        else:
            return
    raise RuntimeError("nginx ended before it listened")


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    # utime and stime, the 14th and 15th of all fields.
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
