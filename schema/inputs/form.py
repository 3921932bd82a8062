"""What may be written into an input at all: lengths, counts, dates, amounts and ids, each declared beside its
field.

Decides form alone and answers with every fault at once, each with the path of its field. What an input means
is decided by the domain. Faults of form are found before anything is written or remembered.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any

import strawberry
from strawberry.utils.str_converters import to_camel_case

from domain.money import InexactAmountError, money
from domain.policy import CURRENT
from domain.refusals import Invalid, NotFound, Refusal, Required, TooLong, TooMany
from schema.ids import BadId, decode

FIRST_DATE = datetime(2000, 1, 1, tzinfo=UTC)
LAST_DATE = datetime(2100, 1, 1, tzinfo=UTC)
LARGEST_INTEGER = 2**31 - 1
LONGEST_KEY = 200
LONGEST_URL = 2_000
LONGEST_TRACKING_NUMBER = 100
LONGEST_TEXT = CURRENT.message_length_characters
MOST_ATTACHMENTS = 20
MOST_ROWS = 250  # of one import or report

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What one field may hold; a field without a rule may hold whatever its type allows."""

    longest: int = LONGEST_TEXT
    most: int | None = None  # members of a list
    of: str | None = None  # the type an id names
    least: int | None = None  # the smallest integer, or amount in minor units
    country: bool = False  # two capital letters
    blank: bool = False  # the domain says what an empty one means
    compact: bool = False  # a number that people write with spaces or small letters


def field(description: str, *, optional: bool = False, default: Any = strawberry.UNSET, **rule: Any) -> Any:
    """Declare one field of an input, with what it may hold."""
    options: dict[str, Any] = {"default": default} if optional or default is not strawberry.UNSET else {}
    return strawberry.field(description=description, metadata={"rule": Rule(**rule)}, **options)


def idempotency_key() -> Any:
    """Declare the field that makes a repeated call harmless."""
    return field(
        "Any text of yours, at most 200 characters: repeating a call with the same key and input answers the "
        "first call's result and does nothing again. Kept for at least 7 days.",
        optional=True,
        longest=LONGEST_KEY,
    )


def if_version() -> Any:
    """Declare the field that guards against acting on an outdated view."""
    return field("Act only if the request is still at this version, else STALE_VERSION.", optional=True)


def attachment_ids() -> Any:
    """Declare the field that names uploaded photos and videos."""
    return strawberry.field(
        description="Photos and videos to attach, uploaded before (createUpload), at most 20.",
        metadata={"rule": Rule(of="Attachment", most=MOST_ATTACHMENTS)},
        default_factory=list,
    )


class Form:
    """The base of every input: what was left out, or is blank where nothing is asked for, is None.

    What is compact has one spelling: capital letters and no spaces.
    """

    def __post_init__(self) -> None:
        for each in _entries(self):
            value = getattr(self, each.name)
            if value is strawberry.UNSET or (
                each.is_optional and isinstance(value, str) and not value.strip()
            ):
                setattr(self, each.name, None)
            elif each.rule.compact and isinstance(value, str):
                setattr(self, each.name, "".join(value.split()).upper())


@dataclass(frozen=True, slots=True)
class _Entry:
    """One field of a form, and what it is called by clients."""

    name: str
    called: str
    rule: Rule
    is_optional: bool
    is_list: bool


def _entries(form: Form) -> tuple[_Entry, ...]:
    kind: Any = type(form)  # checkers take a class for one that cannot be hashed
    return _entries_of(kind)


@cache
def _entries_of(form: type) -> tuple[_Entry, ...]:
    return tuple(
        _Entry(
            each.name,
            to_camel_case(each.name),
            each.metadata.get("rule", Rule()),
            is_optional=each.default is not dataclasses.MISSING,
            is_list=each.default_factory is not dataclasses.MISSING,
        )
        for each in dataclasses.fields(form)
    )


def problems(form: Form, at: Path = ()) -> Iterator[Refusal]:
    """Give everything wrong with the form of an input, in the order of its fields."""
    for each in _entries(form):
        value = getattr(form, each.name)
        if value is not None:
            yield from _problems(value, each.rule, (*at, each.called))
        elif each.is_list:
            setattr(form, each.name, [])


def _problems(value: Any, rule: Rule, path: Path) -> Iterator[Refusal]:
    match value:
        case list():
            if rule.most is not None and len(value) > rule.most:
                yield TooMany(rule.most, *path)
                return
            for place, member in enumerate(value):
                yield from _problems(member, rule, (*path, str(place)))
        case Form():
            yield from (
                _amount_problems(value, rule, path)
                if hasattr(value, "currency_code")
                else problems(value, path)
            )
        case str() if not isinstance(value, Enum):
            yield from _text_problems(value, rule, path)
        case datetime() if not FIRST_DATE <= value < LAST_DATE:
            yield Invalid("A date here lies between 2000 and 2100.", *path)
        case int() if rule.least is not None and not rule.least <= value <= LARGEST_INTEGER:
            yield Invalid(f"This must be a whole number from {rule.least}.", *path)


def _text_problems(text: str, rule: Rule, path: Path) -> Iterator[Refusal]:
    if not text.strip():
        if not rule.blank:
            yield Required(*path)
    elif len(text) > rule.longest:
        yield TooLong(rule.longest, *path)
    elif "\0" in text:
        yield Invalid("A text cannot hold the character U+0000.", *path)
    elif any("\ud800" <= letter <= "\udfff" for letter in text):
        yield Invalid("A text cannot hold half of a surrogate pair.", *path)
    elif rule.country and not (len(text) == 2 and text.isascii() and text.isalpha() and text.isupper()):
        yield Invalid("A country is two capital letters, for example US.", *path)
    elif rule.of is not None:
        yield from _id_problems(text, rule.of, path)


def _id_problems(text: str, kind: str, path: Path) -> Iterator[Refusal]:
    try:
        found = decode(text)
    except BadId as error:
        yield Invalid(str(error), *path)
    else:
        if found.kind != kind:
            yield NotFound(kind, *path)


def _amount_problems(form: Any, rule: Rule, path: Path) -> Iterator[Refusal]:
    try:
        amount = money(form.amount, form.currency_code)
    except InexactAmountError as error:
        yield Invalid(f"Not an amount of money: {error}.", *path, "amount")
        return
    if rule.least is not None and amount.minor < rule.least:
        yield Invalid(
            "This amount must be more than 0." if rule.least else "This amount must not be negative.",
            *path,
            "amount",
        )
