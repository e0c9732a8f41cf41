"""This file is about hypercorn, with its own program around it, which starts a process."""

from hosted import KIND, OPTIONS, PORT, WATCH
from hypercorn.run import run

from peercert.hypercorn import Config

if __name__ == "__main__":
    config = Config(watch=WATCH, **OPTIONS)
    config.bind = [f"127.0.0.1:{PORT}"]
    config.application_path = "hosted:asgi_app"
    config.worker_class = KIND["worker"]
    run(config)
