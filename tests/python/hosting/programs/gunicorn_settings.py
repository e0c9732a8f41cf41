"""This file is about gunicorn: its settings for the applications of this folder."""

from hosted import KIND, OPTIONS, PORT, WATCH

from peercert.gunicorn import hooks

bind, worker_class = f"127.0.0.1:{PORT}", KIND["worker"]
threads = 4 if worker_class == "gthread" else 1
certfile, keyfile = OPTIONS.pop("certificate"), OPTIONS.pop("key")
http_protocols = KIND["http"]
wsgi_app = "hosted:asgi_app" if worker_class == "asgi" else "hosted:wsgi_app"
post_worker_init, ssl_context = hooks(watch=WATCH, **OPTIONS)
