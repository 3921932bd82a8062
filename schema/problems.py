"""What a query is told when its arguments make no sense: an error in its own words, never a bug of ours."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError

from domain.refusals import NotAllowed, Refusal
from schema.ids import BadId
from storage.reads.pages import BadCursor


class BadInput(GraphQLError):  # noqa: N818 a word of this field, as in "bad token"
    """An argument that cannot be understood; `field` is the path of the one to mend."""

    def __init__(self, message: str, *field: str, code: str = "BAD_USER_INPUT") -> None:
        super().__init__(message, extensions={"code": code, **({"field": list(field)} if field else {})})


def explained(error: BadId | BadCursor | Refusal) -> BadInput:
    """Put what was raised below into words for the client."""
    if isinstance(error, BadId):
        return BadInput(str(error))
    if isinstance(error, BadCursor):
        return BadInput("This is not a cursor of this list: use cursors exactly as they were given.")
    code = error.code.value if isinstance(error, NotAllowed) else "BAD_USER_INPUT"
    return BadInput(error.message, *(error.field or ()), code=code)


def check_texts(arguments: Mapping[str, Any]) -> None:
    """Raises BadInput for a text that no database can look for."""
    for name, value in arguments.items():
        if isinstance(value, str) and (
            "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value)
        ):
            raise BadInput("A text cannot hold U+0000 or half of a surrogate pair.", name)
