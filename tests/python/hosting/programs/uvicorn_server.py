"""This file is about uvicorn, on the loop and the protocol that it is told."""

import uvicorn
from hosted import KIND, OPTIONS, PORT, WATCH

from peercert.uvicorn import tls

if __name__ == "__main__":
    uvicorn.run("hosted:asgi_app", port=PORT, lifespan="off", **KIND, **tls(watch=WATCH, **OPTIONS))
