"""Whatever is asked at one moment comes to what some order of it comes to, as the domain alone decides it."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import permutations
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from demo.invariants import violations
from domain.actions import available_actions
from domain.commands import (
    AuthorizeReturn,
    Command,
    DeclineOffer,
    RefundOnReturn,
    Rule,
    SendMessage,
    SendReplacement,
)
from domain.decide import decide
from domain.policy import policy
from domain.refusals import Refusal
from domain.values import Request, RequestKey
from domain.words import Party, RequestAction, UserErrorCode
from resolvers import acting
from resolvers.context import Context
from resolvers.mutate import Call
from schema import ids
from storage import load
from storage.engine import make_engine
from tests.domain.story import LABEL
from tests.executor.scene import Still
from tests.life.moves import PEOPLE, commands
from tests.schema.kept import laid_out
from tests.schema.together import Sale, sales
from tests.schema.world import RETURN_ADDRESS, World

COMMANDS = commands(st.integers(1, 11_500), LABEL)
places = st.integers(0, 99)
asked = st.tuples(st.integers(0, 2), places, st.fixed_dictionaries(COMMANDS))
"""Which request, which of what is offered for it, and any command of that kind."""


@dataclass(frozen=True)
class Told:
    """A command of somebody's on one of the requests, and how it was answered."""

    place: int
    by: Party
    command: Command
    code: UserErrorCode | None = None


async def _at_one_moment(world: World, made: Sequence[Sale], told: Sequence[Told]) -> list[Told]:
    """Let all act at once; give the answers."""

    async def answered(number: int, each: Told) -> Told:
        sale = made[each.place]
        viewer = {Party.BUYER: sale.buyer, Party.SELLER: sale.seller, Party.SUPPORT: world.support}[each.by]
        context = Context(world.engine, viewer, Still(), sandbox=False)
        call = Call(type(each.command).__name__, each, None)
        if isinstance(each.command, SendMessage):
            thread = ids.decode(sale.request["thread"]["id"]).parts
            answer = await acting.act(context, call, acting.Say(thread[0], thread[1], each.command))
        else:
            answer = await acting.act(context, call, acting.Act(_key_of(sale), each.command))
        return replace(each, code=answer.refused[0].code if answer.refused else None)

    return list(await asyncio.gather(*(answered(number, each) for number, each in enumerate(told))))


def _key_of(sale: Sale) -> RequestKey:
    return RequestKey(*ids.decode(sale.request["id"]).parts)


def _offered(
    request: Request, choice: int, hand: dict[RequestAction, Command], at: datetime
) -> tuple[Party, Command]:
    """Give a command that the request as it stands lets somebody try, and who that is."""
    offered = [
        (by, each.action)
        for by in PEOPLE
        for each in available_actions(request, by=by, at=at, policy=policy(request.policy_version))
        if each.allowed
    ] or [(Party.SUPPORT, RequestAction.SEND_MESSAGE)]
    by, action = offered[choice % len(offered)]
    return by, hand[action]


def _own(sale: Sale, command: Command, number: int) -> Command:
    """The same command, with parcels that no other has."""
    match command:
        case SendReplacement():
            return replace(command, tracking_number=f"{sale.request['number']} {number}")
        case RefundOnReturn() | DeclineOffer() | Rule() | AuthorizeReturn():
            label = replace(LABEL, tracking_number=f"{sale.request['number']} back {number}")
            return replace(command, own_label=label if command.own_label else None)
        case _:
            return command


def _shown(request: Request) -> tuple[Any, ...]:
    """What a request has come to, instants aside."""
    return (
        *(request.version, request.status, request.outcome, request.handled_by, request.funded_by),
        *[(offer.status, offer.amount) for offer in request.offers],
        *[each.tracking_number for each in request.replacements],
        request.returned is not None,
        request.survey is not None,
    )


def _in_turn(request: Request, order: Sequence[Told], at: datetime) -> tuple[tuple[Any, ...], Counter[Told]]:
    """What the domain alone makes of commands one after the other, and how it answers them."""
    told: Counter[Told] = Counter()
    for each in order:
        code = None
        try:
            rules = policy(request.policy_version)
            request = decide(request, each.command, by=each.by, at=at, policy=rules).request
        except Refusal as refusal:
            code = refusal.code
        told[replace(each, code=code)] += 1
    return _shown(request), told


async def _try(world: World, rounds: Sequence[Sequence[Any]]) -> None:
    made = await sales(world, 3)
    for sale in made:
        await world.ok("updateReturnAddress", sale.seller, "seller { __typename }", address=RETURN_ADDRESS)
    keys = [_key_of(sale) for sale in made]
    for number, drawn in enumerate(rounds):
        async with world.engine.connect() as connection:
            before = await load.load_requests(connection, keys)
        at = await world.now()
        tried = []
        for nth, (place, choice, hand) in enumerate(drawn):
            by, command = _offered(before[keys[place]], choice, hand, at)
            tried.append(Told(place, by, _own(made[place], command, 10 * number + nth)))
        told = await _at_one_moment(world, made, tried)
        async with world.engine.connect() as connection:
            after = await load.load_requests(connection, keys)
            assert await violations(connection) == []
        for place, key in enumerate(keys):
            of_it = [each for each in told if each.place == place]
            asked_of_it = [replace(each, code=None) for each in of_it]
            ends = [_in_turn(before[key], order, at) for order in permutations(asked_of_it)]
            assert (_shown(after[key]), Counter(of_it)) in ends, (before[key], of_it, after[key])


def test_whatever_is_asked_at_once_comes_to_what_some_order_of_it_comes_to(database_url: str) -> None:
    """The requests are others in each example: nothing that was done before decides about them."""
    with asyncio.Runner() as runner:

        async def opened() -> World:
            return await laid_out(make_engine(database_url, pool_size=8))

        world = runner.run(opened())

        @settings(max_examples=12, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
        @given(st.lists(st.lists(asked, min_size=3, max_size=6), min_size=1, max_size=3))
        def race(rounds: list[list[Any]]) -> None:
            runner.run(_try(world, rounds))

        race()
        runner.run(world.engine.dispose())
