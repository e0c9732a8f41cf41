"""This file is about cheroot, with our server and adapter."""

from hosted import OPTIONS, PORT, WATCH, wsgi_app

from peercert.cheroot import Adapter, Server

if __name__ == "__main__":
    adapter = Adapter(**OPTIONS)
    adapter.acceptor.watch(WATCH)
    Server(("127.0.0.1", PORT), wsgi_app, adapter).start()
