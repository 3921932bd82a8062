"""Why something is not done."""

from typing import Any

from domain.words import UserErrorCode
from resolvers.mutate import Refused
from schema.columns import column, computed, over


@over(Refused, "Why something is not done, as far as the caller can mend it.")
class UserError:
    """A refusal as a value: what is raised cannot be shown."""

    code: UserErrorCode = column("For a program to read.")
    message: str = column("For a person to read.")
    field: list[str] | None = column("The path of the input field to mend, if one is to be mended.")


def refusal(attribute: str, description: str) -> Any:
    """A field that shows the refusal in an attribute of the row, or None."""

    def shown(row: Any) -> Refused | None:
        refused = getattr(row, attribute)
        return Refused.of(refused) if refused else None

    return computed(shown, description)


def refusals(attribute: str, description: str) -> Any:
    """A field that shows every refusal in an attribute of the row."""
    return computed(lambda row: [Refused.of(each) for each in getattr(row, attribute)], description)
