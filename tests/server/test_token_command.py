"""What the command line takes for a name or a token's id: said at once, before anything is started."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.cli.__main__ import app


def invoked(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.setenv("AMENDS_DATA_DIR", str(folder))
    return CliRunner().invoke(app, arguments)


@pytest.mark.parametrize("id_", ["", " ", "x" * 201, "\udcff"])
def test_nothing_is_revoked_by_what_is_no_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, id_: str
) -> None:
    done = invoked(tmp_path, monkeypatch, "token", "--revoke", id_)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "a token's id is text" in " ".join(done.stderr.split())


@pytest.mark.parametrize("role", ["--user", "--support"])
@pytest.mark.parametrize("name", ["", " ", "x" * 81, "\udcff"])
def test_no_token_is_made_for_what_is_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: str, name: str
) -> None:
    done = invoked(tmp_path, monkeypatch, "token", role, name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "a name is text" in done.stderr
