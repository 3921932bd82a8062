"""`test` and `check`: whether the house holds."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import typer

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent
CHECKS = (
    ("Lint", "ruff", "check", "--quiet", "."),
    ("Format", "ruff", "format", "--check", "--quiet", "."),
    ("Types", "mypy"),
    ("Imports", "lint-imports", "--no-logo"),
)


def test(context: typer.Context) -> NoReturn:
    """Run the whole suite; anything after it goes to pytest, such as [bold]-k ledger[/] or a path."""
    os.chdir(ROOT)
    arguments = context.args or [
        "--quiet",
        "--dist",
        "loadgroup",
        "--numprocesses",
        str(min(os.cpu_count() or 1, 8)),
    ]
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])  # noqa: S606 pytest's own exit code


def check() -> None:
    """Check lint, format, types and import contracts."""
    failed = []
    for name, tool, *arguments in CHECKS:
        typer.secho(f"{name} …", bold=True)
        done = subprocess.run([TOOLS / tool, *arguments], cwd=ROOT, check=False)  # noqa: S603 listed above
        if done.returncode:
            failed.append(name)
    if failed:
        typer.secho(f"Failed: {', '.join(failed)}.", fg="red", err=True)
        raise typer.Exit(1)
