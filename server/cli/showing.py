"""`schema` and `docs`: what is generated."""

import sys
from typing import Annotated

import typer


def schema() -> None:
    """Print the graph's schema (SDL)."""
    from schema.graph import graph

    sys.stdout.write(graph.as_str() + "\n")


def docs(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if a page is stale.")] = False,
) -> None:
    """Write the generated pages anew: schema.graphql, settings, commands, diagrams, policy coverage."""
    from server.generated import ROOT, stale, write

    pages = stale()
    for path in pages:
        typer.echo(f"{'stale' if check else 'written'}: {path.relative_to(ROOT)}")
    if check:
        raise typer.Exit(1 if pages else 0)
    write()
