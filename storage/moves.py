"""One decision on its way into the tables: what it was made on, and who made it."""

from dataclasses import dataclass
from typing import Any

from domain.effects import Decision, PostJournal, PostMessage
from domain.values import Request


@dataclass(frozen=True, slots=True)
class Move:
    """One decision, what it was made on (None: the request was opened), and the acting account, if any."""

    before: Request | None
    decision: Decision
    actor_id: int | None

    @property
    def after(self) -> Request:
        """The request as it is now."""
        return self.decision.request

    @property
    def changes_anything(self) -> bool:
        """Whether there is anything to save."""
        return self.after is not self.before or bool(self.decision.effects)

    @property
    def messages(self) -> tuple[PostMessage, ...]:
        """What is said with it."""
        return tuple(effect for effect in self.decision.effects if isinstance(effect, PostMessage))

    @property
    def journals(self) -> tuple[PostJournal, ...]:
        """What it posts."""
        return tuple(effect for effect in self.decision.effects if isinstance(effect, PostJournal))


def named(request: Request) -> dict[str, Any]:
    """The request, as the statements that change it name it."""
    return {"of_seller_id": request.key.seller_id, "of_number": request.key.number}
