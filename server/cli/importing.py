"""`import orders`: a file of orders into the database."""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from server.order_files import Line
    from server.order_import import OrderImport

app = typer.Typer(help="Bring data in from files.", no_args_is_help=True)


@app.callback()
def imports() -> None:
    """Bring data in from files."""


@app.command()
def orders(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, readable=True, help="JSON lines (.jsonl) or CSV (.csv)."),
    ],
) -> None:
    """Import orders, a batch at a time; safe to run again.

    Each line has the fields of the graph's ImportOrderInput; CSV columns are named buyer.username,
    price.amount and so on. Rejected lines go to FILE.rejected.jsonl with the reason, and the exit code is
    then 1.
    """
    from server import logs
    from server.migrated import migrated_database
    from server.settings import load_settings

    settings = load_settings()
    logs.configure(settings)
    rejected_file = file.with_name(f"{file.name}.rejected.jsonl")
    with migrated_database(settings) as url:
        rejected_file.unlink(missing_ok=True)
        counts = asyncio.run(_import(file, file.stat().st_size, rejected_file, url))
    rejected = counts.pop("REJECTED", 0)
    for status, count in sorted(counts.items()):
        typer.echo(f"{status.lower()}: {count}")
    if rejected:
        typer.secho(f"rejected: {rejected}, with the reasons in {rejected_file}", fg="red", err=True)
        raise typer.Exit(1)


async def _import(file: Path, size: int, rejected_file: Path, url: str) -> Counter[str]:
    from schema.graph import graph
    from server.callers import platform_context
    from server.links import SignedLinks
    from server.order_files import read
    from server.order_import import BATCH_ORDERS, OrderImport
    from storage.engine import make_engine

    engine = make_engine(url)
    links = SignedLinks("", "")  # nothing that is asked for here has a link
    counts: Counter[str] = Counter()
    importing = OrderImport(graph, lambda: platform_context(engine, links))
    batch: list[Line] = []
    try:
        with typer.progressbar(length=size, label="Importing orders") as bar:
            read_bytes = 0
            for line, position in read(file):
                batch.append(line)
                if len(batch) == BATCH_ORDERS:
                    counts += await import_batch(importing, batch, rejected_file)
                    bar.update(position - read_bytes)
                    read_bytes, batch = position, []
            counts += await import_batch(importing, batch, rejected_file)
            bar.update(size - read_bytes)
    finally:
        await engine.dispose()
    return counts


async def import_batch(importing: "OrderImport", batch: "list[Line]", rejected_file: Path) -> Counter[str]:
    """Import some lines, add the rejected ones to their file, and count what became of all."""
    results = await importing.run(batch)
    rejected = [result for result in results if result.status == "REJECTED"]
    if rejected:
        # half of a surrogate pair is written as the JSON escape it came as
        with rejected_file.open("a", encoding="utf-8", errors="backslashreplace") as output:
            for result in rejected:
                row = {"line": result.line.number, "reason": result.reason, "order": result.line.text}
                output.write(json.dumps(row, ensure_ascii=False) + "\n")
    return Counter(result.status for result in results)
