"""Calls with a key happen once, in whatever company they come."""

from tests.schema.asking import REQUEST, differing
from tests.schema.together import NUMBER, Ways, at_once, code_of, kept_of, sales
from tests.schema.world import World


async def test_the_same_key_at_one_moment_is_one_call(world: World) -> None:
    one, two = await sales(world, 2)
    said = one.says("Once", idempotencyKey="once")

    answers, _ = await at_once(
        world,
        world.do("sendMessage", one.buyer, NUMBER, **said),
        world.do("sendMessage", two.buyer, NUMBER, **two.says("Hello", idempotencyKey="once")),
        world.do("sendMessage", one.buyer, NUMBER, **said),
    )

    assert answers[0] == answers[2]
    assert answers[0]["message"] == answers[1]["message"] == {"number": 3}
    assert await world.count("messages", "body = 'Once'") == 1
    assert await world.count("messages", "body = 'Hello'") == 1, "keys are each caller's own"


async def test_a_key_that_was_used_before_answers_what_it_answered(world: World) -> None:
    one, two = await sales(world, 2)
    said = one.says("Once", idempotencyKey="once")
    first = await world.do("sendMessage", one.buyer, NUMBER, **said)
    before = await kept_of(world, one)

    (again, other), ways = await at_once(
        world,
        world.do("sendMessage", one.buyer, NUMBER, **said),
        world.ok("sendMessage", two.buyer, NUMBER, **two.says("Hello", idempotencyKey="once")),
    )

    assert ways == Ways(shared=1, alone=0), "a key that was used is all that is looked at"
    assert again == first
    assert differing(before, await kept_of(world, one)) == []
    assert other["number"] == 3


async def test_a_key_that_was_used_is_answered_even_where_the_move_would_be_refused(world: World) -> None:
    one, two = await sales(world, 2)
    refund = one.named | {"idempotencyKey": "once"}
    first = await world.do("refundInFull", one.seller, REQUEST, **refund)

    (again, other), _ = await at_once(
        world,
        world.do("refundInFull", one.seller, REQUEST, **refund),
        world.ok("refundInFull", two.seller, **two.named),
    )

    assert again == first
    assert other["outcome"] == "REFUNDED"
    assert await world.count("refunds") == 2


async def test_a_key_serves_one_input_of_those_at_one_moment(world: World) -> None:
    requests = [await world.open_request(await world.delivered_order()) for _ in range(2)]

    payloads, _ = await at_once(
        world,
        *(
            world.do("refundInFull", world.seller, "__typename", requestId=request["id"], idempotencyKey="k")
            for request in requests
        ),
    )

    assert payloads[0]["userErrors"] == []
    assert code_of(payloads[1]) == "IDEMPOTENCY_KEY_REUSED"
    assert await world.count("refunds") == 1


async def test_a_refusal_is_remembered_under_its_key(world: World) -> None:
    refused, other = await sales(world, 2)
    call = refused.named | {"text": "It was not.", "idempotencyKey": "k"}

    (payload, _), ways = await at_once(
        world,
        world.do("escalateRequest", refused.buyer, "__typename", **call),
        world.ok("refundInFull", other.seller, **other.named),
    )
    assert (ways, code_of(payload)) == (Ways(shared=1, alone=0), "INVALID_STATE")
    await world.ok("explainNoRefund", refused.seller, **refused.named, message="It was shown.")

    assert await world.do("escalateRequest", refused.buyer, "__typename", **call) == payload
    escalated = await world.ok("escalateRequest", refused.buyer, **call | {"idempotencyKey": "l"})
    assert escalated["status"] == "UNDER_REVIEW"


async def test_what_failed_together_keeps_no_key(world: World) -> None:
    one, refused = await sales(world, 2)
    photo = await world.photo(world.stranger)
    calls = [
        (one, one.says("Hello", idempotencyKey="k")),
        (refused, refused.says("Look!", attachmentIds=[photo], idempotencyKey="k")),
    ]

    first, _ = await at_once(
        world, *(world.do("sendMessage", sale.buyer, NUMBER, **given) for sale, given in calls)
    )
    before = await world.snapshot()
    again, _ = await at_once(
        world, *(world.do("sendMessage", sale.buyer, NUMBER, **given) for sale, given in calls)
    )

    assert first == again
    assert (first[0]["message"], code_of(first[1])) == ({"number": 3}, "ATTACHMENT_REJECTED")
    assert differing(before, await world.snapshot()) == []
    assert await world.count("idempotency_keys", "receipt IS NULL") == 0
