"""This file is about Werkzeug's server, which is Flask's."""

from hosted import OPTIONS, PORT, WATCH, wsgi_app
from werkzeug.serving import run_simple

from peercert import SSLContext, log

if __name__ == "__main__":
    context = SSLContext(**OPTIONS)
    context.on_refusal(log.refusals())
    context.watch(WATCH)
    run_simple("127.0.0.1", PORT, wsgi_app, ssl_context=context, threaded=True)
