"""A stage served by a process of its own, which takes signals: `python -m tests.server.alone URL FOLDER`."""

import signal
import socket
import sys
from pathlib import Path

from server.live_limits import LiveLimits
from server.settings import Settings
from tests.server.live import server_of
from tests.server.stage import Stage


def main(database_url: str, folder: str) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
    listener = socket.create_server(("127.0.0.1", 0))
    settings = Settings(database_url=database_url, sandbox=True, data_dir=Path(folder))
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    server_of(Stage(), settings, LiveLimits()).run(sockets=[listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
