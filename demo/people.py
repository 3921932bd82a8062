"""Who is in the demo: sellers with their stalls and how well they look after buyers, buyers, Support
agents.
"""

from dataclasses import dataclass
from enum import Enum, auto

from demo.catalogue import BEAUTY, BREAKS, CARDS, CLOTHES, ELECTRONICS, PLANTS, Stall
from domain.money import Currency


class Manner(Enum):
    """How a seller looks after buyers, which is what the rating comes out as."""

    DEVOTED = auto()  # EXCELLENT
    DILIGENT = auto()  # GREAT
    DECENT = auto()  # GOOD
    CARELESS = auto()  # AVERAGE
    ABSENT = auto()  # BELOW_AVERAGE


@dataclass(frozen=True, slots=True)
class Seller:
    """A stall's owner. `requests` and `orders` say how much happens there in the months that the demo
    tells of.
    """

    username: str
    display_name: str
    stall: Stall
    manner: Manner
    city: str
    region: str
    postal_code: str
    country_code: str = "US"
    currency: Currency = Currency.USD
    enrolled: bool = True
    requests: int = 14
    orders: int = 70


@dataclass(frozen=True, slots=True)
class Buyer:
    """Someone who buys."""

    username: str
    display_name: str


BUYER = "june"
SELLER = "holo_harbor"
AGENT = "support_mara"

AGENTS = (AGENT, "support_theo", "support_ines")
FLAGGED_BUYER = "quickclaims_dee"
CLEARED_BUYER = "max_halloran"

_D, _G, _O, _C, _A = Manner.DEVOTED, Manner.DILIGENT, Manner.DECENT, Manner.CARELESS, Manner.ABSENT

SELLERS = (
    Seller(SELLER, "Holo Harbor", CARDS, _G, "Portland", "OR", "97214", requests=70, orders=240),
    Seller(
        "case_break_club", "Case Break Club", BREAKS, _D, "Phoenix", "AZ", "85004", requests=24, orders=130
    ),
    Seller(
        "denim_dept", "The Denim Department", CLOTHES, _D, "Austin", "TX", "78702", requests=22, orders=110
    ),
    Seller("leafy_lorraine", "Leafy Lorraine", PLANTS, _G, "Tampa", "FL", "33602", requests=20, orders=100),
    Seller("glow_counter", "The Glow Counter", BEAUTY, _O, "Atlanta", "GA", "30312", requests=20, orders=100),
    Seller(
        "refurb_garage", "Refurb Garage", ELECTRONICS, _C, "Columbus", "OH", "43215", requests=24, orders=110
    ),
    Seller("slab_central", "Slab Central", CARDS, _D, "Denver", "CO", "80205", requests=18, orders=90),
    Seller("grail_goblin", "Grail Goblin", CARDS, _A, "Reno", "NV", "89501", requests=18, orders=80),
    Seller("thread_theory", "Thread Theory", CLOTHES, _G, "Chicago", "IL", "60622"),
    Seller("rack_and_ruin", "Rack & Ruin", CLOTHES, _C, "Detroit", "MI", "48201"),
    Seller("aroid_attic", "Aroid Attic", PLANTS, _D, "Seattle", "WA", "98103"),
    Seller("pothos_post", "Pothos Post", PLANTS, _O, "Raleigh", "NC", "27601"),
    Seller("swatch_room", "Swatch Room", BEAUTY, _D, "Miami", "FL", "33127"),
    Seller("dupe_detective", "Dupe Detective", BEAUTY, _G, "San Diego", "CA", "92104"),
    Seller("retro_handheld_hq", "Retro Handheld HQ", ELECTRONICS, _D, "Boise", "ID", "83702"),
    Seller("turntable_tony", "Turntable Tony", ELECTRONICS, _O, "Nashville", "TN", "37206"),
    Seller("wax_wagon", "Wax Wagon", BREAKS, _G, "Las Vegas", "NV", "89104"),
    Seller("rip_city_breaks", "Rip City Breaks", BREAKS, _O, "Portland", "OR", "97209"),
    Seller("penny_sleeve_pam", "Penny Sleeve Pam", CARDS, _D, "Omaha", "NE", "68102"),
    Seller("binder_boss", "Binder Boss", CARDS, _O, "St. Louis", "MO", "63118"),
    Seller("foil_and_fable", "Foil & Fable", CARDS, _G, "Madison", "WI", "53703"),
    Seller("first_edition_finn", "First Edition Finn", CARDS, _C, "Buffalo", "NY", "14201"),
    Seller("chore_coat_co", "Chore Coat Co.", CLOTHES, _D, "Burlington", "VT", "05401"),
    Seller("y2k_yard_sale", "Y2K Yard Sale", CLOTHES, _A, "Sacramento", "CA", "95814"),
    Seller("scarf_society", "Scarf Society", CLOTHES, _G, "Savannah", "GA", "31401"),
    Seller("hoya_house", "Hoya House", PLANTS, _D, "Tucson", "AZ", "85701"),
    Seller("cuttings_and_co", "Cuttings & Co.", PLANTS, _C, "Richmond", "VA", "23220"),
    Seller("palette_vault", "Palette Vault", BEAUTY, _O, "Dallas", "TX", "75204"),
    Seller("decant_den", "Decant Den", BEAUTY, _D, "Minneapolis", "MN", "55408"),
    Seller("dock_and_dongle", "Dock & Dongle", ELECTRONICS, _G, "San Jose", "CA", "95112"),
    Seller("shutter_shelf", "Shutter Shelf", ELECTRONICS, _O, "Santa Fe", "NM", "87501"),
    Seller("keycap_kiosk", "Keycap Kiosk", ELECTRONICS, _D, "Pittsburgh", "PA", "15201"),
    Seller("mystery_slab_mo", "Mystery Slab Mo", BREAKS, _A, "Houston", "TX", "77002"),
    Seller("hobby_box_hana", "Hobby Box Hana", BREAKS, _D, "Honolulu", "HI", "96814", requests=8, orders=50),
    Seller("tiny_terrarium", "Tiny Terrarium", PLANTS, _D, "Asheville", "NC", "28801", requests=6, orders=40),
    # Support answers for those who are not enrolled
    Seller(
        "old_guard_cards", "Old Guard Cards", CARDS, _O, "Boston", "MA", "02118", enrolled=False, requests=9
    ),
    Seller(
        "heritage_hangers",
        "Heritage Hangers",
        CLOTHES,
        _O,
        "Newark",
        "NJ",
        "07102",
        enrolled=False,
        requests=8,
    ),
    Seller(
        "circuit_cellar",
        "Circuit Cellar",
        ELECTRONICS,
        _O,
        "Akron",
        "OH",
        "44308",
        enrolled=False,
        requests=8,
    ),
    Seller(
        "maple_cards",
        "Maple Cards",
        CARDS,
        _O,
        "Toronto",
        "ON",
        "M5V 2T6",
        "CA",
        Currency.CAD,
        enrolled=False,
        requests=6,
    ),
    Seller(
        "camden_cloth",
        "Camden Cloth",
        CLOTHES,
        _O,
        "London",
        "LND",
        "NW1 8AB",
        "GB",
        Currency.GBP,
        enrolled=False,
        requests=6,
    ),
)

WAITING = "camden_cloth"

FIRST_NAMES = "Ada Amir Bea Caleb Dana Eli Fern Gus Hana Ivan Jo Kai Lena Milo Nora Otis Priya Quinn Rosa Sam"
LAST_NAMES = (
    "Abbott Bauer Chen Diaz Ekdahl Flores Grant Hughes Ito Jensen Khan Lopez Moreau Novak Okafor Park Reyes"
    " Silva Tran Webb"
)
NAMED_BUYERS = (
    Buyer(BUYER, "June Castellano"),
    Buyer(FLAGGED_BUYER, "Dee Marsh"),
    Buyer(CLEARED_BUYER, "Max Halloran"),
)


def buyers(count: int) -> tuple[Buyer, ...]:
    """The named buyers first, then as many others as it takes."""
    others = tuple(
        Buyer(f"{first}.{last}".lower(), f"{first} {last}")
        for last in LAST_NAMES.split()
        for first in FIRST_NAMES.split()
    )
    return (NAMED_BUYERS + others)[:count]
