"""This file is about gevent's server."""

from hosted import OPTIONS, PORT, WATCH, wsgi_app

from peercert import SSLContext
from peercert.gevent import WSGIServer

if __name__ == "__main__":
    context = SSLContext(**OPTIONS)
    context.watch(WATCH)
    WSGIServer(("127.0.0.1", PORT), wsgi_app, ssl_context=context).serve_forever()
