"""What cannot be meant is refused with the path of its field, and nothing is written."""

from typing import Any

from domain import refusals
from domain.refusals import Refusal
from domain.words import UserErrorCode
from schema.ids import encode
from tests.schema.asking import input_type
from tests.schema.world import World, usd

TOO_LONG = "x" * 5_001
Told = list[tuple[str, list[str] | None]]


def told(payload: dict[str, Any]) -> Told:
    """Give what a payload refuses: codes and paths."""
    return [(error["code"], error["field"]) for error in payload["userErrors"]]


SENDING: list[tuple[dict[str, Any], str, list[str]]] = [
    ({"body": ""}, "REQUIRED", ["body"]),
    ({"body": " \n\t"}, "REQUIRED", ["body"]),
    ({"body": TOO_LONG}, "TOO_LONG", ["body"]),
    ({"body": "a\0b"}, "INVALID", ["body"]),
    ({"body": "a\ud800b"}, "INVALID", ["body"]),
    ({"threadId": "garbage"}, "INVALID", ["threadId"]),
    ({"threadId": "VGhyZWFkOjE"}, "INVALID", ["threadId"]),
    ({"threadId": "\ud800"}, "INVALID", ["threadId"]),
    ({"threadId": encode("Thread", 1, 2**63 - 1)}, "NOT_FOUND", ["threadId"]),
    ({"threadId": encode("Order", 1, 1)}, "NOT_FOUND", ["threadId"]),
    ({"attachmentIds": ["garbage"]}, "INVALID", ["attachmentIds", "0"]),
    ({"attachmentIds": [encode("Attachment", 7777)]}, "ATTACHMENT_REJECTED", ["attachmentIds"]),
    ({"attachmentIds": [encode("Attachment", 1)] * 21}, "TOO_MANY", ["attachmentIds"]),
    ({"idempotencyKey": "k" * 201}, "TOO_LONG", ["idempotencyKey"]),
    ({"idempotencyKey": "k\0"}, "INVALID", ["idempotencyKey"]),
]


async def test_a_message(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    call = {"threadId": request["thread"]["id"], "body": "Hello"}
    before = await world.snapshot()
    for fields, code, path in SENDING:
        payload = await world.do("sendMessage", world.buyer, "message { id }", **call | fields)
        assert told(payload) == [(code, path)], fields
    assert await world.snapshot() == before


AMOUNTS: list[tuple[dict[str, str], str, list[str]]] = [
    (usd("0"), "AMOUNT_OUT_OF_RANGE", ["amount"]),
    (usd("-5.00"), "AMOUNT_OUT_OF_RANGE", ["amount"]),
    (usd("99.00"), "AMOUNT_OUT_OF_RANGE", ["amount"]),
    (usd("12.345"), "INVALID", ["amount", "amount"]),
    (usd("99999999999999999999"), "INVALID", ["amount", "amount"]),
    ({"amount": "5.00", "currencyCode": "EUR"}, "CURRENCY_MISMATCH", ["amount"]),
]


async def test_an_offer(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    before = await world.snapshot()
    for amount, code, path in AMOUNTS:
        payload = await world.do("offerPartialRefund", world.seller, requestId=request["id"], amount=amount)
        assert told(payload) == [(code, path)], amount
    assert await world.snapshot() == before


ROWS: list[tuple[dict[str, Any], str, list[str]]] = [
    ({"externalId": ""}, "REQUIRED", ["externalId"]),
    ({"title": "x" * 501}, "TOO_LONG", ["title"]),
    ({"description": TOO_LONG}, "TOO_LONG", ["description"]),
    ({"placedAt": "1999-12-31T23:59:59Z"}, "INVALID", ["placedAt"]),
    ({"placedAt": "9999-12-31T23:59:59Z"}, "INVALID", ["placedAt"]),
    ({"placedAt": "2099-12-31T23:59:59Z"}, "INVALID", ["placedAt"]),
    ({"quantity": 0}, "INVALID", ["quantity"]),
    ({"price": usd("-1.00")}, "INVALID", ["price", "amount"]),
    ({"tax": usd("0.001")}, "INVALID", ["tax", "amount"]),
    ({"tax": {"amount": "8.00", "currencyCode": "CAD"}}, "CURRENCY_MISMATCH", ["tax", "currencyCode"]),
    ({"photos": ["https://example.com/p.jpg"] * 21}, "TOO_MANY", ["photos"]),
    (
        {"buyer": {"username": "ann", "displayName": "Ann", "countryCode": "US"}},
        "INVALID",
        ["buyer", "username"],
    ),
    (
        {"buyer": {"username": "bob", "displayName": "Bob", "countryCode": "usa"}},
        "INVALID",
        ["buyer", "countryCode"],
    ),
]


async def test_imported_orders_are_rejected_one_by_one(world: World) -> None:
    good = await world.order_row()
    bad = [await world.order_row(**fields) for fields, _, _ in ROWS]
    returns = "results { externalId status order { id } userErrors { code message field } }"

    payload = await world.do("importOrders", world.platform, returns, orders=[good, *bad])

    taken, *rejected = payload["results"]
    assert (taken["status"], payload["userErrors"]) == ("CREATED", [])
    for place, (row, result) in enumerate(zip(ROWS, rejected, strict=True), 1):
        fields, code, path = row
        assert (result["status"], result["order"]) == ("REJECTED", None), fields
        assert told(result) == [(code, ["orders", str(place), *path])], fields
    assert await world.count("orders", f"external_id = '{good['externalId']}'") == 1
    assert await world.count("orders") == 3


async def test_a_name_that_cannot_be_written_is_shown_as_far_as_it_can(world: World) -> None:
    rows = [await world.order_row(externalId=name) for name in ("a\0b", "a\ud800b")]
    payload = await world.do(
        "importOrders", world.platform, "results { externalId status }", orders=rows, idempotencyKey="k"
    )
    assert payload["results"] == [{"externalId": "a?b", "status": "REJECTED"}] * 2


async def test_251_orders_are_too_many(world: World) -> None:
    row = await world.order_row()
    before = await world.snapshot()

    payload = await world.do("importOrders", world.platform, "results { status }", orders=[row] * 251)

    assert payload["results"] == []
    assert told(payload) == [("TOO_MANY", ["orders"])]
    assert await world.snapshot() == before


SPANS = ["", "garbage", "48", "PT", "P0D", "-PT1H", "P1Y", "P1M", "P999999999999D", "PT1e999999H", "P367D"]


async def test_a_span_of_time(world: World) -> None:
    before = await world.snapshot()
    for by in SPANS:
        payload = await world.do("advanceTestClock", world.support, "fired", by=by)
        assert told(payload) == [("INVALID" if by else "REQUIRED", ["by"])], by
    assert await world.snapshot() == before


UPLOADS: list[tuple[dict[str, Any], str, list[str]]] = [
    ({"filename": ""}, "REQUIRED", ["filename"]),
    ({"filename": "x" * 256}, "TOO_LONG", ["filename"]),
    ({"contentType": "text/html"}, "ATTACHMENT_REJECTED", ["contentType"]),
    ({"byteSize": 0}, "INVALID", ["byteSize"]),
    ({"byteSize": 2**31 - 1}, "INVALID", ["byteSize"]),
]


async def test_an_upload(world: World) -> None:
    before = await world.snapshot()
    for fields, code, path in UPLOADS:
        call = {"filename": "a.jpg", "contentType": "image/jpeg", "byteSize": 10, **fields}
        payload = await world.do("createUpload", world.buyer, "upload { url }", **call)
        assert told(payload) == [(code, path)], fields
    assert await world.snapshot() == before


SCALARS: list[tuple[str, dict[str, Any]]] = [
    ("offerPartialRefund", {"amount": {"amount": 12.5, "currencyCode": "USD"}}),
    ("offerPartialRefund", {"amount": {"amount": "1e5", "currencyCode": "USD"}}),
    ("offerPartialRefund", {"amount": {"amount": "5.00", "currencyCode": "XXX"}}),
    ("offerPartialRefund", {"amount": {"amount": "NaN", "currencyCode": "USD"}}),
    ("reportChargeback", {"orderExternalId": "x", "at": "yesterday"}),
    ("reportChargeback", {"orderExternalId": "x", "at": "2026-02-30T00:00:00Z"}),
    ("disputeReturn", {"condition": "MELTED", "text": "It melted."}),
]


async def test_what_the_types_themselves_refuse(world: World) -> None:
    for mutation, fields in SCALARS:
        request = {} if mutation == "reportChargeback" else {"requestId": encode("SupportRequest", 1, 1)}
        document = (
            f"mutation($input: {input_type(mutation)}!) {{ {mutation}(input: $input) {{ __typename }} }}"
        )
        result = await world.execute(document, world.support, input=request | fields)
        assert result.data is None, fields
        assert "input" in result.errors[0].message, result.errors


def every_refusal() -> set[type[Refusal]]:
    """The leaves and branches of the refusals."""
    found, left = set(), [Refusal]
    while left:
        for each in left.pop().__subclasses__():
            found.add(each)
            left.append(each)
    return found


def test_every_refusal_has_a_code_that_clients_know() -> None:
    known = {each.code for each in every_refusal() if each.__module__ == refusals.__name__}
    assert known == set(UserErrorCode)
