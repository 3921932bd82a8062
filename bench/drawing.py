"""The pictures are drawn by matplotlib, which lives in a place of its own: Amends itself never needs it.

Decides when that place is made: when there is none, or the lock file has changed.
"""

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
LOCK: Final = HERE / "requirements.lock"
PLACE: Final = HERE / ".venv"
STAMP: Final = PLACE / "installed-from"


def draw(run: Path, folder: Path) -> list[Path]:
    """Draw a run's pictures into a folder, and name them."""
    python = _python()
    command = [str(python), str(HERE / "plots.py"), str(run), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 our own
    if done.returncode:
        sys.exit(f"The pictures could not be drawn:\n{done.stderr[-2000:]}")
    return [Path(line) for line in done.stdout.splitlines()]


def _python() -> Path:
    """The interpreter that has matplotlib."""
    python = PLACE / "bin" / "python"
    fingerprint = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text("ascii") == fingerprint:
        return python
    sys.stderr.write("Installing matplotlib into bench/.venv (only when its lock changes) …\n")
    shutil.rmtree(PLACE, ignore_errors=True)
    venv.create(PLACE, with_pip=True)
    install = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    done = subprocess.run([*install, "--require-hashes", "-r", str(LOCK)], check=False)  # noqa: S603 our own
    if done.returncode:
        sys.exit("matplotlib could not be installed; --without-plots leaves the pictures as they are.")
    STAMP.write_text(fingerprint, "ascii")
    return python
