"""What people type and the part that they expect first, in a catalog of lookalikes.

The bar is 95 of 100 queries, because a table is never complete; today's misses are printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from listings.selectors import SearchRequest, listing_search
from listings.services import search_fold
from settings_app.enums import UserRole
from tests.listings.factories import make_listing, make_user

pytestmark = pytest.mark.django_db

LEAST_SHARE = 0.95

# key, title, brand, part type, MPN, OE numbers, price
_PARTS: Sequence[tuple[str, str, str, str, str, str, str]] = (
    ("accord-alt", "2008-2012 Honda Accord 2.4L Alternator 31100-R40-A01 Used",
     "Denso", "Alternator", "31100-R40-A01", "", "89.90"),
    ("accord-bracket", "2008-2012 Honda Accord Alternator Bracket 31113-R40-A00 Used",
     "Honda", "Alternator Bracket", "31113-R40-A00", "", "19.00"),
    ("civic-alt", "2006-2011 Honda Civic 1.8L Alternator 31100-RNA-A01 Used",
     "Denso", "Alternator", "31100-RNA-A01", "", "79.00"),
    ("passat-alt", "2012-2015 Volkswagen Passat Alternator 06K 903 023 Refurbished",
     "Bosch", "Alternator", "06K 903 023", "06K903023B", "110.00"),
    ("camry-head-l", "2015-2017 Toyota Camry Left Headlight Halogen 81150-06D50 Used",
     "Toyota", "Headlight", "81150-06D50", "", "164.00"),
    ("camry-head-r", "2015-2017 Toyota Camry Right Headlight Halogen 81110-06D50 Used",
     "Toyota", "Headlight", "81110-06D50", "", "158.00"),
    ("corolla-head", "2014-2016 Toyota Corolla Left Headlight LED 81170-02G20 Used",
     "Toyota", "Headlight", "81170-02G20", "", "210.00"),
    ("mazda3-head", "2010-2013 Mazda 3 Right Headlight Halogen BBM4-51-0K0 Used",
     "Mazda", "Headlight", "BBM4-51-0K0", "", "92.00"),
    ("camry-tail", "2015-2017 Toyota Camry Left Tail Light Outer 81560-06640 Used",
     "Toyota", "Tail Light", "81560-06640", "", "71.00"),
    ("outback-tail", "2015-2017 Subaru Outback Left Tail Light 84912AL09A Open Box",
     "Subaru", "Tail Light", "84912AL09A", "", "81.00"),
    ("murano-starter", "2009-2014 Nissan Murano 3.5L Starter Motor 23300-JA11B Used",
     "Denso", "Starter Motor", "234-4209", "23300-JA11B|23300 JA11A", "58.00"),
    ("f150-starter", "2011-2014 Ford F-150 5.0L Starter Motor AL3Z-11002-A New",
     "Motorcraft", "Starter Motor", "SA-1003", "AL3Z-11002-A", "129.00"),
    ("f150-wheel", "2018-2020 Ford F-150 18in Alloy Wheel 6x135 JL34-1007-HB",
     "Ford", "Wheel", "JL34-1007-HB", "", "145.00"),
    ("x5-mirror", "2014-2019 BMW X5 Left Door Mirror Heated Folding 51167365095",
     "BMW", "Door Mirror", "51167365095", "", "289.00"),
    ("x3-mirror", "2011-2014 BMW X3 Right Door Mirror 51167258068 Used",
     "BMW", "Door Mirror", "51167258068", "", "199.00"),
    ("c300-mirror", "2015-2018 Mercedes-Benz C300 Right Door Mirror A2058100193",
     "Mercedes-Benz", "Door Mirror", "A 205 810 01 93", "", "215.00"),
    ("s4-caliper", "2011-2016 Audi S4 Front Right Brake Caliper 8K0615124A Used",
     "Brembo", "Brake Caliper", "8K0615124A", "", "96.00"),
    ("golf-cluster", "2016 Volkswagen Golf Instrument Cluster 5G1920741 Used",
     "Volkswagen", "Instrument Cluster", "5G1920741", "", "132.00"),
    ("camry-door", "2012-2014 Toyota Camry Front Left Door Shell Blue 67002-06161",
     "Toyota", "Door Shell", "67002-06161", "", "310.00"),
    ("camry-radiator", "2007-2011 Toyota Camry 2.4L Radiator 16400-0H220 Used",
     "Denso", "Radiator", "16400-0H220", "", "67.50"),
    ("escape-ecu", "2013-2016 Ford Escape 1.6L Engine Computer GJ5A-12A650-ATA",
     "Ford", "Engine Control Module", "GJ5A-12A650-ATA", "", "104.00"),
    ("accord-ecm", "2014 Honda Accord Engine Control Module 37820-5A2-L63 Used",
     "Honda", "Engine Control Module", "37820-5A2-L63", "", "118.50"),
    ("silverado-bumper", "2014-2015 Chevrolet Silverado Front Bumper Chrome 23243506",
     "Chevrolet", "Bumper", "23243506", "", "420.00"),
    ("rav4-bumper", "2013-2015 Toyota RAV4 Rear Bumper Cover 52159-0R906 Used",
     "Toyota", "Bumper Cover", "52159-0R906", "", "185.00"),
    ("wrangler-pump", "2012-2017 Jeep Wrangler 3.6L Water Pump 68079411AB New",
     "Mopar", "Water Pump", "68079411AB", "", "74.00"),
    ("altima-pump", "2007-2012 Nissan Altima 2.5L Fuel Pump 17040-JA00A Used",
     "Nissan", "Fuel Pump", "17040-JA00A", "", "66.00"),
    ("xc90-turbo", "2016-2019 Volvo XC90 2.0L Turbocharger 31430979 Used",
     "BorgWarner", "Turbocharger", "31430979", "", "540.00"),
    ("elantra-coil", "2011-2016 Hyundai Elantra 1.8L Ignition Coil 27301-2B110 New",
     "NGK", "Ignition Coil", "U5172", "27301-2B110", "34.00"),
)  # fmt: skip

QUERIES: Sequence[tuple[str, str]] = (
    # part numbers with any separators, whole and from their start
    ("31100-R40-A01", "accord-alt"), ("31100R40A01", "accord-alt"),
    ("31100 r40 a01", "accord-alt"), ("31100.R40.A01", "accord-alt"),
    ("31100/R40/A01", "accord-alt"), ("31100r40", "accord-alt"),
    ("31113", "accord-bracket"), ("31100rna", "civic-alt"), ("31100-RNA", "civic-alt"),
    ("06k903023", "passat-alt"), ("06K-903-023", "passat-alt"), ("06k903023b", "passat-alt"),
    ("8115006d50", "camry-head-l"), ("81110 06D50", "camry-head-r"), ("81170", "corolla-head"),
    ("bbm4510k0", "mazda3-head"), ("BBM4 51 0K0", "mazda3-head"), ("2344209", "murano-starter"),
    ("234 4209", "murano-starter"), ("23300-JA11A", "murano-starter"),
    ("23300ja11b", "murano-starter"), ("sa1003", "f150-starter"), ("SA 1003", "f150-starter"),
    ("al3z11002a", "f150-starter"), ("A2058100193", "c300-mirror"),
    ("a 205 810 01 93", "c300-mirror"), ("5116 7365 095", "x5-mirror"),
    ("8k0 615 124 a", "s4-caliper"), ("5g1 920 741", "golf-cluster"),
    ("17040ja00a", "altima-pump"), ("u5172", "elantra-coil"), ("27301 2b110", "elantra-coil"),
    ("number:68079411ab", "wrangler-pump"),
    # a brand with its part, in any order and by filter
    ("denso alternator accord", "accord-alt"), ("denso starter", "murano-starter"),
    ("motorcraft starter", "f150-starter"), ("bosch alternator", "passat-alt"),
    ("brembo caliper", "s4-caliper"), ("mopar water pump", "wrangler-pump"),
    ("ngk coil", "elantra-coil"), ("denso 234-4209", "murano-starter"),
    ("brand:denso radiator", "camry-radiator"), ("brand:bosch", "passat-alt"),
    ("borgwarner turbo", "xc90-turbo"), ('type:"fuel pump"', "altima-pump"),
    # vehicle words: make, model, a year within the span, engine, side
    ("2016 camry left headlight", "camry-head-l"), ("camry headlight right", "camry-head-r"),
    ("2010 accord alternator", "accord-alt"), ("civic alternator", "civic-alt"),
    ("corolla headlight", "corolla-head"), ("mazda 3 headlight", "mazda3-head"),
    ("f-150 wheel", "f150-wheel"), ("f150 starter 2012", "f150-starter"),
    ("x5 mirror", "x5-mirror"), ("bmw x3 mirror right", "x3-mirror"),
    ("2017 outback tail light", "outback-tail"), ("camry tail light", "camry-tail"),
    ("2.4L camry radiator", "camry-radiator"), ("golf cluster 2016", "golf-cluster"),
    ("escape 1.6L engine computer", "escape-ecu"), ("2018 volvo turbocharger", "xc90-turbo"),
    ("wrangler 3.6 pump", "wrangler-pump"), ("mercedes c300 mirror", "c300-mirror"),
    ("2014 rav4 bumper cover", "rav4-bumper"), ("silverado front bumper", "silverado-bumper"),
    # plurals, phrases, exclusions, prices
    ("headlights corolla", "corolla-head"), ('"alternator bracket"', "accord-bracket"),
    ("honda alternator -bracket -civic", "accord-alt"), ("headlight price:<100", "mazda3-head"),
    ("bumper price:>400", "silverado-bumper"), ("door shell", "camry-door"),
    # typos
    ("alternatr civic", "civic-alt"), ("altenator passat", "passat-alt"),
    ("hedlight corolla", "corolla-head"), ("headlihgt mazda", "mazda3-head"),
    ("toyotta radiator", "camry-radiator"), ("radaitor", "camry-radiator"),
    ("silvarado bumper", "silverado-bumper"), ("bumepr rav4", "rav4-bumper"),
    ("hundai coil", "elantra-coil"), ("ignitoin coil", "elantra-coil"),
    ("turbochager", "xc90-turbo"), ("volkswagon cluster", "golf-cluster"),
    ("calliper audi", "s4-caliper"), ("wrangeler water pump", "wrangler-pump"),
    ("subaru tial light", "outback-tail"), ("starter moter murano", "murano-starter"),
    ("doormirror x3", "x3-mirror"), ("head light corolla", "corolla-head"),
)  # fmt: skip


@pytest.fixture
def catalog() -> dict[Any, str]:
    made = {}
    for key, title, brand, part_type, mpn, oe, price in _PARTS:
        listing = make_listing(
            title=title,
            c_brand=brand,
            c_type=part_type,
            c_manufacturer_part_number=mpn,
            c_oe_oem_part_number=oe,
            start_price=price,
        )
        made[listing.pk] = key
    search_fold()
    return made


def test_ranking_shows_the_expected_part_first(catalog: dict[Any, str]) -> None:
    # given
    user = make_user(role=UserRole.MANAGER)
    assert len(QUERIES) >= 60
    # when
    missed = []
    for text, expected in QUERIES:
        page = listing_search(SearchRequest(text=text, limit=3), user=user)
        found = [catalog[one] for one in page.ids]
        if found[:1] != [expected]:
            missed.append(f"{text!r}: {expected} expected, {found} found")
    # then
    share = 1 - len(missed) / len(QUERIES)
    assert share >= LEAST_SHARE, "\n".join(missed)
    print(f"{len(QUERIES)} queries, {share:.1%} right", *missed, sep="\n")  # noqa: T201 - shown with -s


def test_ranking_of_exact_words_stays_apart_from_close_ones(catalog: dict[Any, str]) -> None:
    # given: a word that the catalog has is never read as another
    user = make_user(role=UserRole.MANAGER)
    # when
    page = listing_search(SearchRequest(text="coil"), user=user)
    # then
    assert [catalog[one] for one in page.ids] == ["elantra-coil"]
    assert not page.is_fuzzy
