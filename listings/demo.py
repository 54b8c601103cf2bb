"""Demo parts, so that a fresh installation has something to find. Never in production."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from listings.enums import ChangeReason
from listings.fields import PLACEMENT
from listings.models import Listing
from listings.services import listing_create
from listings.titles import TitleFacts, compose
from realtrack.core.actors import Actor
from realtrack.core.registry import SeedResult


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One demo part; its title comes from the composer like any other."""

    name: str
    make: str
    model: str
    years: tuple[int, int]
    number: str
    price: str
    stock: int
    category: tuple[str, str]
    brand: str = ""
    position: str = ""
    engine: str = ""
    condition: str = "3000"
    weight: str | None = None


_LIGHTS = ("33710", "Headlights")
_TAIL = ("33716", "Tail Lights")
_ALTERNATORS = ("177697", "Alternators & Generators")
_STARTERS = ("177699", "Starters")
_MIRRORS = ("33649", "Exterior Mirrors")
_ECU = ("33596", "Engine Computers")
_BRAKES = ("33563", "Calipers & Parts")
_CLUSTERS = ("33675", "Instrument Clusters")
_RADIATORS = ("33602", "Radiators & Parts")
_DOORS = ("179850", "Doors")
_WHEELS = ("43953", "Wheels")

_PARTS: tuple[_Part, ...] = (
    _Part(name="Alternator", make="Honda", model="Accord", years=(2008, 2012),
          number="31100-R40-A01", price="89.90", stock=2, category=_ALTERNATORS, brand="Denso",
          engine="2.4L", weight="13.2"),
    _Part(name="Headlight Halogen", make="Toyota", model="Camry", years=(2015, 2017),
          number="81150-06D50", price="164.00", stock=1, category=_LIGHTS, position="Left"),
    _Part(name="Engine Control Module", make="Honda", model="Accord", years=(2014, 2014),
          number="37820-5A2-L63", price="118.50", stock=1, category=_ECU, weight="1.4"),
    _Part(name="Tail Light Outer", make="Honda", model="Accord", years=(2013, 2015),
          number="33500-T2A-A01", price="74.95", stock=1, category=_TAIL, position="Right"),
    _Part(name="Door Mirror Heated Folding", make="BMW", model="X5", years=(2014, 2019),
          number="51167365095", price="289.00", stock=2, category=_MIRRORS, position="Left"),
    _Part(name="Brake Caliper", make="Audi", model="S4", years=(2011, 2016),
          number="8K0615124A", price="96.00", stock=4, category=_BRAKES,
          position="Front Right", weight="11"),
    _Part(name="18in Alloy Wheel 6x135", make="Ford", model="F-150", years=(2018, 2020),
          number="JL34-1007-HB", price="145.00", stock=4, category=_WHEELS, weight="28"),
    _Part(name="Starter Motor", make="Nissan", model="Murano", years=(2009, 2014),
          number="23300-JA11B", price="58.00", stock=1, category=_STARTERS, brand="Denso",
          engine="3.5L"),
    _Part(name="Instrument Cluster", make="Volkswagen", model="Golf", years=(2016, 2016),
          number="5G1920741", price="132.00", stock=1, category=_CLUSTERS),
    _Part(name="Door Shell Blue", make="Toyota", model="Camry", years=(2012, 2014),
          number="67002-06161", price="310.00", stock=1, category=_DOORS,
          position="Front Left"),
    _Part(name="Radiator", make="Toyota", model="Camry", years=(2007, 2011),
          number="16400-0H220", price="67.50", stock=0, category=_RADIATORS, brand="Denso",
          engine="2.4L", weight="9"),
    _Part(name="Headlight Halogen", make="Mazda", model="3", years=(2010, 2013),
          number="BBM4-51-0K0", price="92.00", stock=1, category=_LIGHTS, position="Right"),
    _Part(name="Engine Computer", make="Ford", model="Escape", years=(2013, 2016),
          number="GJ5A-12A650-ATA", price="104.00", stock=2, category=_ECU, engine="1.6L"),
    _Part(name="Alternator", make="Volkswagen", model="Passat", years=(2012, 2015),
          number="06K903023", price="110.00", stock=1, category=_ALTERNATORS, brand="Bosch",
          condition="2500"),
    _Part(name="Door Mirror", make="Mercedes-Benz", model="C300", years=(2015, 2018),
          number="A2058100193", price="215.00", stock=1, category=_MIRRORS, position="Right"),
    _Part(name="Tail Light", make="Subaru", model="Outback", years=(2015, 2017),
          number="84912AL09A", price="81.00", stock=3, category=_TAIL, position="Left",
          condition="1500"),
)  # fmt: skip


def seed_demo_parts() -> SeedResult:
    """Make the demo parts that were never made; deleted ones stay deleted, changed ones changed."""
    skus = [f"DEMO-{number:03d}" for number in range(1, len(_PARTS) + 1)]
    rows = Listing.all_objects.filter(custom_label_sku__in=skus)
    known = set(rows.values_list("custom_label_sku", flat=True))
    made = 0
    with transaction.atomic():
        for sku, part in zip(skus, _PARTS, strict=True):
            if sku not in known:
                _make(sku, part)
                made += 1
    return SeedResult(created=made, same=len(known))


def _make(sku: str, part: _Part) -> None:
    first, last = part.years
    title = compose(
        TitleFacts(
            part_name=part.name,
            years=(first, last),
            make=part.make,
            model=part.model,
            engine=part.engine,
            position=part.position,
            numbers=(part.number,),
            condition_id=part.condition,
        )
    ).title
    listing_create(
        data={
            "custom_label_sku": sku,
            "title": title,
            "c_type": part.name,
            "c_brand": part.brand or part.make,
            "c_manufacturer_part_number": part.number,
            "start_price": part.price,
            "condition_id": part.condition,
            "category_id": part.category[0],
            "category_name": part.category[1],
            "location": "Columbus, Ohio",
            "weight": part.weight,
            "part_source": "salvage",
            "item_specifics": {PLACEMENT: [part.position]} if part.position else {},
            "description": _description(part),
        },
        actor=Actor.system("demo"),
        reason=ChangeReason.IMPORT,
        initial_quantity=part.stock,
    )


def _description(part: _Part) -> str:
    first, last = part.years
    years = str(first) if first == last else f"{first}-{last}"
    side = f"{part.position.lower()} " if part.position else ""
    return (
        f"<p>{side.capitalize()}{part.name.lower() if side else part.name} from a dismantled car,"
        f" part number {part.number}. Checked before removal, stored dry.</p>"
        f"<p>Fits {years} {part.make} {part.model}. Compare the number before you buy.</p>"
    )
