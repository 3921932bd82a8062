"""The documentation's picture and table are drawn from the rows."""

from domain.diagram import markdown, mermaid
from domain.table import TURNS
from domain.transitions import TABLE


def test_the_diagram_reaches_every_status() -> None:
    picture = mermaid()
    assert picture.startswith("stateDiagram-v2\n    [*] --> AWAITING_SELLER: OPEN\n")
    assert all(f"--> {status.value}" in picture for status in TURNS)


def test_the_table_has_a_line_for_every_row() -> None:
    assert len(markdown().splitlines()) == len(TABLE) + 2
