"""The transition table as people read it: a Mermaid state diagram and a Markdown table, drawn from the rows.

Decides the wording of the documentation; knows no rule of its own.
"""

from collections.abc import Iterable, Iterator

from domain.table import ANY, OPEN, TURNS, C, Row, S, Trigger
from domain.transitions import TABLE
from domain.words import DeadlineKind, RequestStatus, RulingDecision


def mermaid() -> str:
    """The life of a support request as a Mermaid state diagram: one arrow for each pair of statuses."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {arrow}" for arrow in _arrows()]
    return "\n".join(lines) + "\n"


def markdown() -> str:
    """Every row of the table, in its order."""
    head = ["| kind | from | who | what | to | when, and what follows |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *(_line(row) for row in TABLE)]) + "\n"


def _arrows() -> Iterator[str]:
    """Without the moves that are possible everywhere: Support's taking over and the chargeback."""
    labels: dict[tuple[str, str], list[str]] = {}
    for row in TABLE:
        if not row.kinds >= S or set(row.origins) >= OPEN - {RequestStatus.UNDER_REVIEW}:
            continue
        for origin in _in_order(row.origins):
            for to in row.to:
                names = labels.setdefault((origin.value if origin else "[*]", to.value), [])
                name = _trigger(row.trigger)
                if name not in names:
                    names.append(name)
    for (start, end), names in labels.items():
        yield f"{start} --> {end}: {', '.join(names)}"
    yield f"{RequestStatus.CLOSED} --> [*]"


def _line(row: Row) -> str:
    kinds = ", ".join(letter for letter, kind in (("S", S), ("C", C)) if kind <= row.kinds)
    to = ", ".join(status.value for status in row.to) or "(stays)"
    if row.outcomes:
        to += " / " + " or ".join(outcome.value for outcome in row.outcomes)
    conditions = "; ".join(condition.name for condition in row.when)
    notes = "; ".join(part for part in (conditions and f"if {conditions}", row.note) if part)
    who = ", ".join(sorted(party.value for party in row.by))
    return f"| {kinds} | {_origins(row)} | {who} | {_trigger(row.trigger)} | {to} | {notes} |"


def _origins(row: Row) -> str:
    origins = frozenset(row.origins)
    if origins == ANY:
        return "any"
    if origins == OPEN:
        return "any but CLOSED"
    if origins == OPEN - {RequestStatus.UNDER_REVIEW}:
        return "any but UNDER_REVIEW, CLOSED"
    return ", ".join(status.value if status else "-" for status in _in_order(row.origins))


def _in_order(origins: Iterable[RequestStatus | None]) -> list[RequestStatus | None]:
    """As the statuses are listed; a request being opened comes first."""
    places: dict[RequestStatus | None, int] = {status: place for place, status in enumerate(TURNS)}
    return sorted(origins, key=lambda status: places.get(status, -1))


def _trigger(trigger: Trigger) -> str:
    if isinstance(trigger, RulingDecision):
        return f"RULE {trigger.value}"
    return f"{trigger.value} runs out" if isinstance(trigger, DeadlineKind) else trigger.value
