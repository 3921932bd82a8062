"""Why something is not done."""

from domain.words import UserErrorCode
from schema.columns import column, over


@over(None, "Why something is not done, as far as the caller can mend it.")
class UserError:
    """A refusal, or one as it was kept."""

    code: UserErrorCode = column("For a program to read.")
    message: str = column("For a person to read.")
    field: list[str] | None = column("The path of the input field to mend, if one is to be mended.")
