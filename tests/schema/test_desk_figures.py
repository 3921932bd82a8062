"""A desk's figures: rating, standing and statement, as the seller reads them and as everybody does."""

from typing import Any

from domain.viewer import Viewer
from tests.schema.world import World

RATING = """supportRating { visible band score lifetimeRequests window
  counted(first: 50) { totalCount nodes { counted signals because request { number } } } }"""


async def desk(world: World, asked: str, viewer: Viewer | None = None) -> dict[str, Any]:
    """Read the seller's own desk."""
    found: dict[str, Any] = (
        await world.run(f"{{ viewer {{ seller {{ {asked} }} }} }}", viewer or world.seller)
    )["viewer"]["seller"]
    return found


async def band(world: World) -> str | None:
    """What nobody in particular sees of the seller."""
    rating = (await world.run('{ user(username: "ann") { supportRating { band } } }', None))["user"][
        "supportRating"
    ]
    return rating and str(rating["band"])


async def finished(world: World, *, well: int, badly: int = 0, withdrawn: int = 0) -> None:
    """Let requests finish: resolved, withdrawn, or ignored until Support refunded the buyer."""
    for _ in range(well):
        request = await world.open_request(await world.delivered_order())
        await world.ok("refundInFull", world.seller, requestId=request["id"])
    for _ in range(withdrawn):
        request = await world.open_request(await world.delivered_order())
        await world.ok("withdrawRequest", world.buyer, requestId=request["id"])
    ignored = [await world.open_request(await world.delivered_order()) for _ in range(badly)]
    if ignored:
        await world.advance("P3D")
    for request in ignored:
        await world.ok("escalateRequest", world.buyer, requestId=request["id"], text="Nobody answers.")
        await world.rule(request, "REFUND", "SELLER")


async def test_a_rating_shows_from_ten_counted_requests_and_explains_each(world: World) -> None:
    await finished(world, well=8, badly=1, withdrawn=1)
    hidden = (await desk(world, RATING))["supportRating"]
    assert (hidden["visible"], hidden["band"], hidden["score"], hidden["lifetimeRequests"]) == (
        False,
        None,
        None,
        9,
    )
    assert await band(world) is None

    await finished(world, well=1)
    shown = (await desk(world, RATING))["supportRating"]
    assert (shown["visible"], shown["lifetimeRequests"], shown["window"]) == (True, 10, "LAST_90_DAYS")
    explained = shown["counted"]["nodes"]
    assert shown["counted"]["totalCount"] == len(explained) == 11
    signals = [signal for each in explained for signal in each["signals"]]
    assert signals.count("RESOLVED") == 9
    assert signals.count("MISSED_AND_ESCALATED") == signals.count("OVERTURNED") == 1
    assert shown["score"] == 9 / 11
    assert await band(world) == shown["band"] == "GOOD"
    assert [each["because"] for each in explained if not each["counted"]] == [
        "Not counted: the buyer withdrew the request."
    ]


async def test_with_few_recent_requests_the_latest_ten_count(world: World) -> None:
    await finished(world, well=1, badly=1)
    await world.advance("P1D")
    await finished(world, well=9)
    await world.advance("P91D")
    rating = (await desk(world, RATING))["supportRating"]
    assert (rating["window"], rating["lifetimeRequests"]) == ("LATEST_10", 11)
    assert rating["counted"]["totalCount"] == 10
    assert rating["score"] == 9 / 11


async def test_standing_names_what_was_missed(world: World) -> None:
    await finished(world, well=2, badly=2)
    standing = (
        await desk(
            world, "standing { met responseRate responded late missed { nodes { dueAt request { id } } } }"
        )
    )["standing"]
    assert (standing["met"], standing["responded"], standing["late"], standing["responseRate"]) == (
        True,
        2,
        2,
        0.5,
    )
    assert len(standing["missed"]["nodes"]) == 2
    await world.advance("P100D")
    later = (await desk(world, "standing { responseRate missed { totalCount } }"))["standing"]
    assert later == {"responseRate": None, "missed": {"totalCount": 0}}


async def test_a_statement_adds_up_what_the_month_moved(world: World) -> None:
    await finished(world, well=1)
    now = await world.now()
    asked = f"""ledger {{ balance {{ posted {{ amount }} }} statement(year: {now.year}, month: {now.month}) {{
        opening {{ amount }} lines {{ component amount {{ amount }} }} closing {{ amount }} csvUrl }} }}"""
    ledger = (await desk(world, asked))["ledger"]
    statement = ledger["statement"]
    assert {line["component"]: line["amount"]["amount"] for line in statement["lines"]} == {
        "SALE": "176.70",
        "PAYOUT_REVERSAL": "-88.35",
        "BUYER_SHIPPING": "-7.00",
        "PROCESSING_FEE": "-3.65",
    }
    assert (statement["opening"]["amount"], statement["closing"]["amount"]) == ("0.00", "77.70")
    assert statement["closing"] == ledger["balance"]["posted"]
    assert statement["csvUrl"].startswith("https://amends.test/statements/")


async def test_what_is_no_month_is_refused(world: World) -> None:
    asked = "{ viewer { seller { ledger { statement(year: 2026, month: 13) { csvUrl } } } } }"
    result = await world.execute(asked, world.seller)
    assert [error.extensions for error in result.errors] == [{"code": "BAD_USER_INPUT", "field": ["month"]}]
