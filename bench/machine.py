"""On what it was measured: the machine, and the versions of everything that takes part.

Decides what is worth naming. Says nothing of whose machine it is.
"""

import json
import os
import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import psutil

from bench.servers import PEERS

PYTHON_PACKAGES: Final = (
    "strawberry-graphql",
    "graphql-core",
    "starlette",
    "uvicorn",
    "uvloop",
    "httptools",
    "sqlalchemy",
    "asyncpg",
    "orjson",
)


def machine() -> dict[str, Any]:
    """The processor, the memory, the system."""
    return {
        "processor": _processor(),
        "processors": len(os.sched_getaffinity(0)),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
    }


def versions(database: str) -> dict[str, str]:
    """The versions of the languages, the database and the libraries."""
    found = {"PostgreSQL": database, "Python": platform.python_version()}
    found |= {package: version(package) for package in PYTHON_PACKAGES}
    if shutil.which("node"):
        done = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)  # noqa: S607
        found["Node.js"] = done.stdout.strip().removeprefix("v")
    lock = PEERS / "package-lock.json"
    if lock.exists():
        found |= _locked(lock)
    return found


def _locked(lock: Path) -> dict[str, str]:
    """What the peers' lock file names of what they ask for themselves."""
    packages = json.loads(lock.read_text("utf-8"))["packages"]
    asked = sorted(packages[""].get("dependencies", {}))
    return {name: packages[f"node_modules/{name}"]["version"] for name in asked}


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
