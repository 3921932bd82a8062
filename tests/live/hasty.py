"""A process that serves everything, but has little patience: `python -m tests.live.hasty URL FOLDER`."""

import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn

from server.app import make_app
from server.files import open_store
from server.live_limits import LiveLimits
from server.settings import Settings
from server.wire import UVICORN
from storage.engine import make_engine
from tests.live.processes import SECRET

SEND_SECONDS = 2.0


def main(database_url: str, folder: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    settings = Settings(
        database_url=database_url, sandbox=True, data_dir=Path(folder), broadcast_url="postgres://"
    )
    app = make_app(
        settings,
        make_engine(database_url),
        secret=SECRET,
        files=open_store(settings),
        limits=LiveLimits(send_seconds=SEND_SECONDS),
    )
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    options: dict[str, Any] = {"log_config": None, "access_log": False}
    uvicorn.Server(uvicorn.Config(app, **options, **UVICORN)).run(sockets=[listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
