"""`schema` and `docs`: what is generated."""

import sys

import typer


def schema() -> None:
    """Print the graph's schema (SDL)."""
    from schema.graph import graph
    from server.pages import sdl_of

    sys.stdout.write(sdl_of(graph))


def docs() -> None:
    """Write the generated pages anew, and the generated passages of the others."""
    from server.generated import ROOT, write

    for path in write():
        typer.echo(f"written: {path.relative_to(ROOT)}")
