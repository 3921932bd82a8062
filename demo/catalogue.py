"""What is sold in the demo: six kinds of stalls, their shows, and what comes up in them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """Something to sell: its title, its condition, and between which prices (in whole major units) it
    goes.
    """

    title: str
    condition: str
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class Stall:
    """A kind of shop: the category of its orders, whether they are consumables, its shows and its items."""

    category: str
    consumable: bool
    shows: tuple[str, ...]
    items: tuple[Item, ...]


CARDS = Stall(
    category="Trading Cards",
    consumable=False,
    shows=(
        "Slab night: graded only",
        "Vintage holos from $1",
        "Penny sleeves to grails",
        "Sunday set builders",
    ),
    items=(
        Item("1999 Base Set Charizard, holo, lightly played", "Lightly played", 180, 320),
        Item("Umbreon alternate art, near mint", "Near mint", 210, 380),
        Item("1986 rookie card reprint, PSA 8", "Graded", 60, 140),
        Item("Signed rookie autograph, numbered 14/99", "Near mint", 75, 190),
        Item("Team set, 2023 update series, sealed in page", "Mint", 18, 42),
        Item("Gold-bordered dragon promo, Japanese", "Near mint", 24, 65),
        Item("Lot of 50 reverse holos, no duplicates", "Played", 15, 35),
        Item("Trophy reprint, slabbed CGC 9.5", "Graded", 80, 160),
        Item("Black-and-white sketch card, one of one", "Mint", 45, 120),
        Item("Binder page of first-edition commons", "Lightly played", 12, 30),
        Item("Full-art trainer, Spanish print", "Near mint", 14, 38),
        Item("Tin of bulk energy cards, 1,000 count", "Played", 10, 20),
    ),
)

BREAKS = Stall(
    category="Card Breaks",
    consumable=True,
    shows=(
        "Twelve-box basketball break",
        "Random team hobby break",
        "Case break, every hit ships",
        "Mystery slab wheel",
    ),
    items=(
        Item("Spot in hobby case break: Lakers", "New", 35, 90),
        Item("Spot in hobby case break: Spurs", "New", 55, 150),
        Item("Random team spot, jumbo box break", "New", 12, 30),
        Item("Division spot, football case break", "New", 25, 70),
        Item("Surprise slab pack, one graded card", "New", 40, 95),
        Item("Personal box break: 2024 chrome", "New", 110, 240),
        Item("Pick-your-pack, vintage wax", "New", 20, 60),
        Item("Last spot on the board, six-box mixer", "New", 15, 45),
    ),
)

CLOTHES = Stall(
    category="Vintage Clothing",
    consumable=False,
    shows=(
        "Single-stitch Saturday",
        "Denim by the decade",
        "Rack clear-out, $5 starts",
        "Workwear and chore coats",
    ),
    items=(
        Item("90s single-stitch tour tee, faded black, L", "Used, good", 28, 95),
        Item("Selvedge denim jacket, 1970s, M", "Used, very good", 65, 160),
        Item("Wool chore coat, French blue, XL", "Used, good", 48, 110),
        Item("Embroidered souvenir jacket, reversible", "Used, very good", 70, 180),
        Item("Carpenter jeans, 34x30, washed", "Used, good", 25, 60),
        Item("Hand-knit Fair Isle jumper, S", "Used, like new", 30, 75),
        Item("Corduroy trucker cap, deadstock", "New without tags", 12, 28),
        Item("Silk scarf, equestrian print", "Used, like new", 18, 55),
        Item("Leather work boots, resoled, size 10", "Used, good", 60, 130),
        Item("Nylon windbreaker, teal and purple, M", "Used, very good", 20, 50),
        Item("College crewneck, reverse weave, L", "Used, good", 32, 85),
    ),
)

PLANTS = Stall(
    category="Plants",
    consumable=False,
    shows=("Rare aroids live", "Cuttings under $20", "Greenhouse Friday", "Hoya hour"),
    items=(
        Item("Monstera Thai Constellation, 4-inch pot", "New", 28, 70),
        Item("Philodendron Pink Princess, rooted cutting", "New", 18, 45),
        Item("Hoya kerrii variegata, two leaves", "New", 15, 38),
        Item("Anthurium crystallinum seedling", "New", 14, 34),
        Item("String of turtles, full 3-inch pot", "New", 12, 26),
        Item("Alocasia Frydek, corm-grown", "New", 16, 42),
        Item("Staghorn fern, mounted on cedar", "New", 30, 68),
        Item("Mystery box of five cuttings", "New", 25, 50),
    ),
)

BEAUTY = Stall(
    category="Beauty",
    consumable=True,
    shows=("Drugstore dupes, live swatches", "Palette vault", "Fragrance decant night", "Skincare restock"),
    items=(
        Item("Eighteen-pan neutral palette", "New in box", 22, 54),
        Item("Matte liquid lipstick trio, rosewood", "New in box", 15, 36),
        Item("Hydrating serum, 30 ml, sealed", "New in box", 14, 40),
        Item("Niche perfume, 50 ml tester with cap", "New without box", 60, 140),
        Item("Cream blush duo, peony and fig", "New in box", 12, 28),
        Item("Ceramic-barrel curling wand", "New in box", 28, 65),
        Item("Brush roll, twelve pieces, vegan", "New in box", 20, 48),
        Item("Sunscreen stick SPF 50, two-pack", "New in box", 14, 26),
    ),
)

ELECTRONICS = Stall(
    category="Electronics",
    consumable=False,
    shows=(
        "Refurb garage: tested live",
        "Retro handhelds",
        "Hi-fi shelf clear-out",
        "Cables, pads and docks",
    ),
    items=(
        Item("Noise-cancelling headphones, refurbished", "Refurbished", 70, 150),
        Item("Handheld console, clear purple, new shell", "Refurbished", 65, 140),
        Item("Mechanical keyboard, 75 %, brown switches", "Used, like new", 48, 110),
        Item("Action camera with two batteries", "Used, very good", 80, 170),
        Item("Bluetooth turntable, belt drive", "Used, good", 60, 130),
        Item("Portable projector, 720p", "Refurbished", 55, 120),
        Item("E-reader, 8 GB, warm light", "Used, very good", 45, 95),
        Item("Wireless controller, replaced sticks", "Refurbished", 25, 48),
        Item("Instant camera, mint green, with film", "Used, like new", 40, 85),
        Item("USB-C dock, nine ports", "New in box", 24, 60),
    ),
)
