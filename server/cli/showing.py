"""`schema` and `docs`: what is generated."""

import sys

import typer


def schema() -> None:
    """Print the graph's schema (SDL)."""
    from schema.graph import graph

    sys.stdout.write(graph.as_str() + "\n")


def docs() -> None:
    """Write the generated pages anew: the schema, the settings, the commands."""
    from server.generated import ROOT, write

    for path in write():
        typer.echo(f"written: {path.relative_to(ROOT)}")
