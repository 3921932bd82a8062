"""What a query is told when its arguments make no sense: an error in its own words, never a bug of ours."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from graphql import GraphQLError

from domain.refusals import NotAllowed, NotFound, Refusal
from realtime.cursors import BadPlace
from schema.ids import BadId
from storage.reads.pages import BadCursor

EMPTY: Final[Mapping[str, Any]] = MappingProxyType({})


class BadInput(GraphQLError):  # noqa: N818 a word of this field, as in "bad token"
    """An argument that cannot be understood; `field` is the path of the one to mend."""

    def __init__(self, message: str, *field: str, code: str = "BAD_USER_INPUT") -> None:
        super().__init__(message, extensions={"code": code, **({"field": list(field)} if field else {})})


def explained(
    error: BadId | BadCursor | BadPlace | Refusal, arguments: Mapping[str, Any] = EMPTY
) -> BadInput:
    """Put what was raised below into words for the client."""
    if isinstance(error, BadId):
        return BadInput(str(error), *_place(error.text, arguments))
    if isinstance(error, BadPlace):
        return BadInput(str(error), "after")
    if isinstance(error, BadCursor):
        return BadInput(str(error), error.argument)
    code = error.code.value if isinstance(error, NotAllowed | NotFound) else "BAD_USER_INPUT"
    return BadInput(error.message, *(error.field or ()), code=code)


def _place(id_: str, arguments: Mapping[str, Any]) -> Iterator[str]:
    """Where among the arguments an id was given; `id_` is the way to name an argument `id`."""
    for name, value in arguments.items():
        if value == id_:
            yield name.rstrip("_")
        elif isinstance(value, list) and id_ in value:
            yield from (name, str(value.index(id_)))


def check_texts(arguments: Mapping[str, Any]) -> None:
    """Raises BadInput for a text that no database can look for."""
    for name, value in arguments.items():
        if isinstance(value, str) and ("\0" in value or not (value.isascii() or _is_unicode(value))):
            raise BadInput("A text cannot hold U+0000 or half of a surrogate pair.", name)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
