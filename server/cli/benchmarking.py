"""`bench`: how fast Amends is beside its peers."""

import sys
from pathlib import Path

import typer

ROOT = Path(__file__).parents[2]


def bench(context: typer.Context) -> None:
    """Measure Amends beside other servers on the loaded database, for example with
    [bold]--pages inbox ledger --servers amends raw yoga --rounds 3 --seconds 5[/];
    [bold]--report[/] writes docs/performance.md. [bold]--help[/] names everything.
    """
    if not (ROOT / "bench" / "command.py").exists():
        sys.exit("The benchmark needs the whole source checkout: there is no bench/ here.")
    sys.path.insert(0, str(ROOT))
    from bench.command import main

    main(context.args)
