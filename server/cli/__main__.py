"""The way in: all commands under one name, and every expected failure as one line."""

import signal
import sys
from types import FrameType

import typer

from server.cli import benchmarking, checking, importing, keeping, serving, showing, tokens, working

HELP = """Amends: support between buyers and sellers, from the first message to the last cent.

Start with [bold]./amends serve[/]. Settings come from the environment: see docs/settings.md.
"""

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
)

RUN, DATA, HOUSE = "Run", "Data", "The house"
app.command(rich_help_panel=RUN)(serving.serve)
app.command(rich_help_panel=RUN)(working.worker)
app.command(rich_help_panel=RUN)(tokens.token)
app.command(rich_help_panel=RUN)(keeping.doctor)
app.command(rich_help_panel=DATA)(keeping.migrate)
app.command(rich_help_panel=DATA)(keeping.demo)
app.add_typer(importing.app, name="import", rich_help_panel=DATA)
app.command(rich_help_panel=HOUSE)(showing.schema)
app.command(rich_help_panel=HOUSE)(showing.docs)
app.command(
    rich_help_panel=HOUSE, context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)(checking.test)
app.command(rich_help_panel=HOUSE)(checking.check)
app.command(
    rich_help_panel=HOUSE,
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)(benchmarking.bench)


def main() -> None:
    """Run one command."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        app(prog_name="./amends")
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        from server.settings import SettingsError

        if isinstance(error, SettingsError):
            sys.exit(str(error))
        raise


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """End as an exception does, so that what was started is stopped on the way out."""
    raise SystemExit(0)


if __name__ == "__main__":
    main()
