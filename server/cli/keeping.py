"""`migrate`, `demo` and `doctor`: the database, its content and its health."""

import asyncio
from typing import Annotated

import typer


def migrate() -> None:
    """Bring the database to the newest schema; safe to run again."""
    from server.migrated import migrated_database
    from server.settings import load_settings

    with migrated_database(load_settings()):
        typer.echo("The database is migrated.")


def demo(
    scale: Annotated[
        int, typer.Option(min=1, max=1000, help="Times the small marketplace: 50 is for load tests.")
    ] = 1,
) -> None:
    """Load the demo marketplace into an empty database."""
    from server import logs
    from server.filling import fill
    from server.migrated import migrated_database
    from server.settings import load_settings

    settings = load_settings()
    logs.configure(settings)
    with migrated_database(settings) as url:
        loaded = asyncio.run(fill(url, settings, scale=scale))
    typer.echo("The demo marketplace is loaded." if loaded else "Nothing to do: the database is not empty.")


def doctor() -> None:
    """Check the database, its migrations, the clock, the storage and the keys, and say what to do."""
    from server.health import examine
    from server.settings import load_settings

    settings = load_settings()
    findings = asyncio.run(examine(settings))
    for finding in findings:
        mark = typer.style("ok ", fg="green") if finding.advice is None else typer.style("ill", fg="red")
        typer.echo(f"{mark}  {finding.subject:<11} {finding.sentence}")
        if finding.advice:
            typer.echo(f"{'':17}→ {finding.advice}")
    if any(finding.advice for finding in findings):
        raise typer.Exit(1)
