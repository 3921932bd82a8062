"""A request while it is being decided on: its next value, and the effects gathered so far.

Decides how a move is written down (version, timeline, system message, clocks let go); refuses to know which
moves there are and what they mean. It lives inside one call of `domain.decide.decide` and is never seen
outside.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from domain.effects import Decision, Effect, OfferChanged, PostJournal, PostMessage, StatusChanged
from domain.policy import Policy
from domain.values import Request
from domain.words import (
    DeadlineKind,
    Funder,
    MessageKind,
    OfferStatus,
    Party,
    RequestAction,
    RequestOutcome,
    RequestStatus,
)

CLAIM_DEADLINES = frozenset({DeadlineKind.CLAIM_FILING, DeadlineKind.CLAIM_EXPIRY})
"""The clocks of a carrier claim, which run on whatever becomes of the request."""


class Change:
    """One decision in the making. `request` is replaced, never altered; `effects` keep their order."""

    def __init__(
        self, request: Request, *, by: Party, at: datetime, policy: Policy, opening: bool = False
    ) -> None:
        self.before = request
        self.request = request
        self.effects: list[Effect] = []
        self.by = by
        self.at = at
        self.policy = policy
        self.action: RequestAction | None = None
        self._opening = opening
        self._words_only = False

    def add(self, effect: Effect) -> None:
        """Something else to save; a journal in which nothing moves is nothing."""
        if not isinstance(effect, PostJournal) or effect.lines:
            self.effects.append(effect)

    def speak(
        self, body: str | None, kind: MessageKind = MessageKind.TEXT, attachments: tuple[int, ...] = ()
    ) -> None:
        """Words of the party who acts; nothing if there are none."""
        if body or attachments:
            self.add(PostMessage(self.by, kind, body or "", attachments))

    def say(self, sentence: str) -> None:
        """A sentence in the thread on what happened; buyer and seller both read it."""
        self.add(PostMessage(self.by, MessageKind.SYSTEM, sentence))

    def move(
        self,
        to: RequestStatus,
        sentence: str,
        *,
        due_at: datetime | None = None,
        deadlines: Mapping[DeadlineKind, datetime] = MappingProxyType({}),
    ) -> None:
        """Enter a status, or the same one anew: the old one's clocks stop and the given ones start.

        An instant that has passed already (a scan reported late) is taken as now.
        """
        self._supersede_open_offer()
        kept = {kind: due for kind, due in self.request.deadlines.items() if kind in CLAIM_DEADLINES}
        started = {kind: max(due, self.at) for kind, due in deadlines.items()}
        from_status = None if self._opening else self.request.status
        self.request = replace(
            self.request,
            status=to,
            due_at=due_at,
            deadlines=kept | started,
            overdue=False,
            escalation_opened_as=None,
        )
        self._written_down(from_status, sentence)

    def end(self, outcome: RequestOutcome, funded_by: Funder, sentence: str) -> None:
        """Close the request."""
        self.request = replace(self.request, outcome=outcome, funded_by=funded_by, closed_at=self.at)
        self.move(RequestStatus.CLOSED, sentence)

    def start_deadlines(self, deadlines: Mapping[DeadlineKind, datetime]) -> None:
        """Start or restart these clocks beside those that run."""
        started = {kind: max(due, self.at) for kind, due in deadlines.items()}
        self.request = replace(self.request, deadlines=dict(self.request.deadlines) | started)

    def stop_deadlines(self, *kinds: DeadlineKind) -> None:
        """Stop these clocks, if they run."""
        left = {kind: due for kind, due in self.request.deadlines.items() if kind not in kinds}
        self.request = replace(self.request, deadlines=left)

    def words_only(self) -> None:
        """Only words were exchanged: bookkeeping may change, but the request has not moved."""
        self._words_only = True

    def decision(self) -> Decision:
        """What came of it; the very same request, if nothing did."""
        moved = self.request != self.before and not self._words_only
        if moved and not self._opening:
            self.request = replace(self.request, version=self.before.version + 1, updated_at=self.at)
        request = self.before if self.request == self.before else self.request
        return Decision(request, tuple(self.effects), self.at)

    def _supersede_open_offer(self) -> None:
        """An offer is open only while its answer is waited for; a new one is added after the move."""
        offer = self.request.open_offer
        if offer:
            self.answer_offer(OfferStatus.SUPERSEDED)

    def answer_offer(self, status: OfferStatus) -> None:
        """The open offer is open no more."""
        offer = self.request.open_offer
        assert offer is not None, "the table holds answers only where an offer is open"
        answered = replace(offer, status=status, answered_at=self.at)
        offers = tuple(answered if each is offer else each for each in self.request.offers)
        self.request = replace(self.request, offers=offers)
        self.add(OfferChanged(self.by, offer.number, status))

    def _written_down(self, from_status: RequestStatus | None, sentence: str) -> None:
        self.add(
            StatusChanged(
                self.by,
                from_status,
                self.request.status,
                self.action,
                outcome=self.request.outcome,
                text=sentence,
            )
        )
        self.say(sentence)
