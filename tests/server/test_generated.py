"""Generated pages say what their sources say."""

from pathlib import Path

import pytest

from server.generated import PAGES, ROOT


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_generated_page_is_current(path: Path) -> None:
    assert path.read_text("utf-8") == PAGES[path](), "run ./amends docs"
