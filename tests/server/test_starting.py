"""A serving process loads what it needs and no more, and looks for garbage seldom."""

import json
import os
import subprocess
import sys
from pathlib import Path

from server.garbage import THRESHOLDS

ROOT = Path(__file__).parents[2]
NOT_NEEDED = {"alembic", "demo", "httpx", "hypothesis", "matplotlib", "mypy", "pytest", "redis", "tests"}
SETTLED = """
import gc, json, sys
from server.cli.serving import application
application()
roots = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps([roots, gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()]))
"""


def test_a_serving_process_loads_no_more_than_it_needs(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AMENDS_")}
    settings = {
        "AMENDS_DATA_DIR": str(tmp_path),
        "AMENDS_DATABASE_URL": "postgresql://nobody@localhost/nowhere",
        "PYTHONPATH": str(ROOT),
    }
    said = subprocess.run(
        [sys.executable, "-P", "-c", SETTLED],
        env=environment | settings,
        capture_output=True,
        check=True,
        text=True,
    )
    roots, is_looking, thresholds, kept = json.loads(said.stdout.splitlines()[-1])
    assert {"server", "schema"} <= set(roots), "it was made"
    assert NOT_NEEDED & set(roots) == set()
    assert is_looking, "what it makes from now on is looked at"
    assert tuple(thresholds) == THRESHOLDS
    assert kept > 10_000, "all that it was made of is looked at no more"
