"""This file is about wsgiref, with a thread for each client."""

from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server

from hosted import OPTIONS, PORT, WATCH, wsgi_app

from peercert import SSLContext
from peercert.wsgi import RequestHandler


class Server(ThreadingMixIn, WSGIServer):
    """wsgiref's server, whose threads end with it."""

    daemon_threads = True


if __name__ == "__main__":
    context = SSLContext(**OPTIONS)
    context.watch(WATCH)
    server = make_server("127.0.0.1", PORT, wsgi_app, Server, RequestHandler)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    server.serve_forever()
