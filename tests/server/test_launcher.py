"""The launcher installs once, again when the lock changes or the last try broke, and then steps aside.

It runs here on a copy of itself, with a stand-in for uv that installs a stand-in for Python.
"""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

LAUNCHER = Path(__file__).parents[2] / "amends"
UV = """#!/bin/sh
case "$1" in
  --version) exit 0;;
  venv) for place; do :; done; mkdir -p "$place/bin"; echo venv >> "$HOUSE/uv.log";;
  pip) echo pip >> "$HOUSE/uv.log"; sleep 0.2
    if [ -e "$HOUSE/broken" ]; then echo "no matching hash"; exit 1; fi
    printf '#!/bin/sh\\necho "$PYTHONPATH" "$@"\\n' > "$HOUSE/.venv/bin/python"
    chmod +x "$HOUSE/.venv/bin/python";;
esac
"""


class House:
    """A checkout with nothing but the launcher and its lock file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "house"
        self.folder.mkdir()
        self.launcher = self.folder / "amends"
        shutil.copy(LAUNCHER, self.launcher)
        (self.folder / "requirements.lock").write_text("one")
        self.tools = folder / "tools"
        self.tools.mkdir()
        (self.tools / "uv").write_text(UV)
        (self.tools / "uv").chmod(0o755)
        (self.tools / "python3").symlink_to(sys.executable)

    def start(self, *arguments: str, launcher: Path | None = None) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": f"{self.tools}:/usr/bin:/bin", "HOUSE": str(self.folder)}
        command = [str(launcher or self.launcher), *arguments]
        return subprocess.run(command, env=environment, cwd="/", check=False, capture_output=True, text=True)

    @property
    def installs(self) -> int:
        log = self.folder / "uv.log"
        return log.read_text().split().count("pip") if log.exists() else 0


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_the_first_start_installs_with_one_line_and_the_next_says_nothing(house: House) -> None:
    first, second = house.start("token", "--ttl", "1 h"), house.start()
    assert first.stdout == f"{house.folder} -P -m server.cli token --ttl 1 h\n"
    assert first.stderr.count("\n") == 1
    assert second.stdout == f"{house.folder} -P -m server.cli\n"
    assert second.stderr == ""
    assert house.installs == 1


def test_a_changed_lock_file_installs_again(house: House) -> None:
    house.start()
    (house.folder / "requirements.lock").write_text("two")
    house.start()
    assert house.installs == 2


def test_a_half_made_environment_is_made_anew(house: House) -> None:
    (house.folder / ".venv").mkdir()
    (house.folder / ".venv" / "half").touch()
    assert house.start().returncode == 0
    assert not (house.folder / ".venv" / "half").exists()
    (house.folder / ".venv" / "bin" / "python").unlink()
    assert house.start().returncode == 0
    assert house.installs == 2


def test_a_failed_install_shows_why_and_is_tried_again(house: House) -> None:
    (house.folder / "broken").touch()
    failed = house.start()
    assert failed.returncode == 1
    assert "no matching hash" in failed.stderr
    assert failed.stderr.endswith("Amends could not install its libraries; the lines above say why.\n")
    (house.folder / "broken").unlink()
    assert house.start().returncode == 0


def test_of_two_starts_at_once_one_installs(house: House) -> None:
    with ThreadPoolExecutor(max_workers=3) as threads:
        starts = list(threads.map(lambda _: house.start(), range(3)))
    assert [start.returncode for start in starts] == [0, 0, 0]
    assert house.installs == 1


def test_it_works_through_a_symlink(house: House, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(house.launcher)
    assert house.start(launcher=link).stdout.startswith(str(house.folder))


def test_it_says_what_to_install_where_venv_is_incomplete(house: House) -> None:
    (house.tools / "uv").unlink()
    (house.tools / "python3").unlink()
    (house.tools / "python3").write_text(
        f'#!/bin/sh\nPYTHONPATH="{house.tools}" exec {sys.executable} "$@"\n'
    )
    (house.tools / "python3").chmod(0o755)
    (house.tools / "ensurepip.py").write_text("raise ImportError")
    failed = house.start()
    assert failed.returncode == 1
    assert "apt install python3-venv" in failed.stderr
    assert not os.path.lexists(house.folder / ".venv")
