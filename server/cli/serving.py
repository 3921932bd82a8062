"""`serve`: everything at once, from an empty folder to an answered query."""

import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from server.settings import Settings


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes any free one.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer requests.")] = 1,
    sandbox: Annotated[
        bool | None,
        typer.Option(help="Test clock, introspection, own labels. Default: with the embedded database."),
    ] = None,
    demo: Annotated[
        bool | None,
        typer.Option(help="Load the demo marketplace into an empty database. Default: in the sandbox."),
    ] = None,
) -> None:
    """Start Amends: the database, the demo marketplace, the worker and the graph."""
    from server import garbage

    garbage.put_off()
    import asyncio

    from server import logs
    from server.keys import make_keys
    from server.migrated import migrated_database
    from server.secret import load_secret
    from server.settings import load_settings

    settings = load_settings(**({} if sandbox is None else {"sandbox": sandbox}))
    logs.configure(settings)
    secret = load_secret(settings)
    make_keys(settings, secret)  # keys that cannot be read stop the start before anything is promised
    with _listen(host, port) as listener:
        name = f"[{host}]" if ":" in host else host
        public_url = settings.public_url or f"http://{name}:{listener.getsockname()[1]}"
        with migrated_database(settings) as url:
            if settings.is_sandbox if demo is None else demo:
                from server.filling import fill

                garbage.take_up()
                asyncio.run(fill(url, settings))
                garbage.put_off()
            _tell_children(settings, url, public_url, workers)
            sys.stdout.write(asyncio.run(_welcome(settings, url, secret, public_url)))
            sys.stdout.flush()
            with _shared_numbers(settings, workers):
                _run(listener, workers)


def _listen(host: str, port: int) -> socket.socket:
    """Take the port first: whoever comes early waits, and a taken one is told before anything starts."""
    from server.settings import SettingsError
    from server.wire import drop_the_unreachable

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise SettingsError(f"Cannot listen on {host}:{port}: {error.strerror}. Try --port.") from error
    drop_the_unreachable(listener)
    return listener


def _tell_children(settings: "Settings", url: str, public_url: str, workers: int) -> None:
    """Each serving process makes its own application from the environment, as it was settled here."""
    if settings.broadcast_url is None:
        os.environ["AMENDS_BROADCAST_URL"] = "memory://" if workers == 1 else "postgres://"
    os.environ["AMENDS_DATABASE_URL"] = url
    os.environ["AMENDS_SANDBOX"] = str(settings.is_sandbox).lower()
    os.environ["AMENDS_PUBLIC_URL"] = public_url


@contextmanager
def _shared_numbers(settings: "Settings", workers: int) -> Iterator[None]:
    """Give several processes a folder to write their metrics to while the block runs."""
    if workers == 1 or settings.metrics_token is None:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="amends-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


async def _welcome(settings: "Settings", url: str, secret: str, public_url: str) -> str:
    from server.welcome import greet
    from storage.engine import make_engine

    engine = make_engine(url)
    try:
        return await greet(engine, settings, secret, public_url)
    finally:
        await engine.dispose()


def application() -> "Starlette":
    """Make the application of one serving process, in that process."""
    from server import garbage

    garbage.put_off()
    from server.app import from_environment

    return from_environment()


def _run(listener: socket.socket, workers: int) -> None:
    import uvicorn

    from server import garbage
    from server.wire import UVICORN

    config = uvicorn.Config(
        "server.cli.serving:application",
        factory=True,
        workers=workers,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_worker_healthcheck=60,  # a process that starts on a busy machine is slow, not dead
        **UVICORN,
    )
    server = uvicorn.Server(config)
    if workers > 1:
        from uvicorn.supervisors import Multiprocess

        garbage.take_up()  # what starts processes starts little itself
        Multiprocess(config, sockets=[listener]).run()
        return
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        return
    if not server.started:
        raise typer.Exit(1)
