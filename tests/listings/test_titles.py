"""Titles: one composer, at most 80 characters, years to condition, never a word cut."""

from __future__ import annotations

import pytest

from listings.titles import MAX_LENGTH, TitleFacts, compose

CASES: list[tuple[str, TitleFacts, str]] = [
    (
        "plain",
        TitleFacts(
            part_name="Alternator",
            years=(2008, 2012),
            make="Honda",
            model="Accord",
            numbers=("31100-R40-A01",),
            condition_id="3000",
        ),
        "2008-2012 Honda Accord Alternator 31100-R40-A01 Used",
    ),
    (
        "single year",
        TitleFacts(
            part_name="Engine Control Module",
            years=(2014,),
            make="Honda",
            model="Accord",
            numbers=("37820-5A2-L63",),
            condition_id="3000",
        ),
        "2014 Honda Accord Engine Control Module 37820-5A2-L63 Used",
    ),
    (
        "no year",
        TitleFacts(part_name="Alternator", make="Honda", model="Accord", condition_id="3000"),
        "Honda Accord Alternator Used",
    ),
    (
        "year zero",
        TitleFacts(part_name="Alternator", years=(0,), make="Honda", model="Accord"),
        "Honda Accord Alternator",
    ),
    (
        "year zero among",
        TitleFacts(part_name="Alternator", years=(0, 2010, 2012), make="Honda", model="Accord"),
        "2010-2012 Honda Accord Alternator",
    ),
    (
        "far future",
        TitleFacts(part_name="Alternator", years=(9999,), make="Honda", model="Accord"),
        "Honda Accord Alternator",
    ),
    (
        "unsorted years",
        TitleFacts(
            part_name="Alternator",
            years=(2012, 2008, 2010),
            make="Honda",
            model="Accord",
        ),
        "2008-2012 Honda Accord Alternator",
    ),
    (
        "five numbers",
        TitleFacts(
            part_name="Starter Motor",
            make="Nissan",
            model="Murano",
            numbers=("23300-JA11B", "23300-JA11A", "S114-902", "410-54123", "17983"),
            condition_id="3000",
        ),
        "Nissan Murano Starter Motor 23300-JA11B Used",
    ),
    (
        "numbers in one field",
        TitleFacts(
            part_name="Starter Motor",
            make="Nissan",
            model="Murano",
            numbers=("23300-JA11B|23300-JA11A, 17983",),
        ),
        "Nissan Murano Starter Motor 23300-JA11B",
    ),
    (
        "number placeholder",
        TitleFacts(
            part_name="Starter",
            make="Nissan",
            model="Murano",
            numbers=("Does Not Apply", "N/A", "23300-JA11B"),
        ),
        "Nissan Murano Starter 23300-JA11B",
    ),
    (
        "numbers in name",
        TitleFacts(
            part_name="Starter Motor 23300-JA11B 17983",
            make="Nissan",
            model="Murano",
            numbers=("23300-JA11B",),
        ),
        "Nissan Murano Starter Motor 23300-JA11B",
    ),
    (
        "same number other form",
        TitleFacts(
            part_name="Starter Motor 23300JA11B",
            make="Nissan",
            model="Murano",
            numbers=("23300-JA11B",),
        ),
        "Nissan Murano Starter Motor 23300-JA11B",
    ),
    (
        "audi AUDI",
        TitleFacts(part_name="Headlight", make="Audi", model="AUDI Q7"),
        "Audi Q7 Headlight",
    ),
    (
        "make in name",
        TitleFacts(part_name="Audi Q7 Headlight", make="Audi", model="Q7"),
        "Audi Q7 Headlight",
    ),
    (
        "make thrice",
        TitleFacts(part_name="AUDI audi Headlight", make="Audi", model="Audi Q7"),
        "Audi Q7 Headlight",
    ),
    (
        "vin in name",
        TitleFacts(part_name="Headlight 1HGCM82633A004352", make="Honda", model="Accord"),
        "Honda Accord Headlight",
    ),
    (
        "vin in model",
        TitleFacts(part_name="Headlight", make="Honda", model="Accord 1HGCM82633A004352"),
        "Honda Accord Headlight",
    ),
    (
        "vin as number",
        TitleFacts(
            part_name="Headlight",
            make="Honda",
            model="Accord",
            numbers=("1HGCM82633A004352", "33150-T2A-A01"),
        ),
        "Honda Accord Headlight 33150-T2A-A01",
    ),
    (
        "vin lower",
        TitleFacts(part_name="wvwzzz1kz8w123456 mirror", make="Volkswagen", model="Golf"),
        "Volkswagen Golf mirror",
    ),
    (
        "120 chars",
        TitleFacts(
            part_name="Front Left Driver Side Headlight Assembly Complete With Bulbs And Ballast And Bracket And Wiring Harness And Washer Nozzle",
            years=(2010,),
            make="Audi",
            model="Q7",
            numbers=("4L0941003",),
            condition_id="3000",
        ),
        "Audi Q7 Front Left Driver Side Headlight Assembly Complete With Bulbs",
    ),
    (
        "one 120 char word",
        TitleFacts(part_name="x" * 120, make="Audi", model="Q7"),
        "Audi Q7",
    ),
    (
        "unknown make",
        TitleFacts(part_name="Headlight", make="Unknown", model="Q7"),
        "Q7 Headlight",
    ),
    (
        "unknown model",
        TitleFacts(part_name="Headlight", make="Audi", model="Unknown"),
        "Audi Headlight",
    ),
    (
        "placeholder name part",
        TitleFacts(part_name="Part", make="Audi", model="Q7", numbers=("4L0941003",)),
        "Audi Q7 4L0941003",
    ),
    (
        "placeholder name OEM",
        TitleFacts(part_name="OEM", make="Audi", model="Q7"),
        "Audi Q7",
    ),
    (
        "and parts",
        TitleFacts(part_name="Headlights & Parts", make="Audi", model="Q7"),
        "Audi Q7 Headlights",
    ),
    (
        "engines and parts",
        TitleFacts(part_name="Engines & Parts", make="Audi", model="Q7"),
        "Audi Q7 Engines",
    ),
    (
        "cond against",
        TitleFacts(
            part_name="Brand New Headlight",
            make="Audi",
            model="Q7",
            condition_id="3000",
        ),
        "Audi Q7 Headlight Used",
    ),
    (
        "cond twice",
        TitleFacts(part_name="Used Headlight", make="Audi", model="Q7", condition_id="3000"),
        "Audi Q7 Headlight Used",
    ),
    (
        "new",
        TitleFacts(part_name="Used Headlight", make="Audi", model="Q7", condition_id="1000"),
        "Audi Q7 Headlight New",
    ),
    (
        "refurb",
        TitleFacts(
            part_name="Remanufactured Alternator",
            make="Audi",
            model="Q7",
            condition_id="2500",
        ),
        "Audi Q7 Alternator Refurbished",
    ),
    (
        "parts only",
        TitleFacts(part_name="Radio", make="Audi", model="Q7", condition_id="7000"),
        "Audi Q7 Radio For Parts",
    ),
    (
        "no condition",
        TitleFacts(part_name="Radio", make="Audi", model="Q7"),
        "Audi Q7 Radio",
    ),
    (
        "unknown condition",
        TitleFacts(part_name="Radio", make="Audi", model="Q7", condition_id="9999"),
        "Audi Q7 Radio",
    ),
    (
        "salvage source word",
        TitleFacts(part_name="Salvage Radio", make="Audi", model="Q7", condition_id="3000"),
        "Audi Q7 Radio Used",
    ),
    (
        "position",
        TitleFacts(part_name="Headlight", make="Audi", model="Q7", position="Left"),
        "Audi Q7 Left Headlight",
    ),
    (
        "position LH",
        TitleFacts(part_name="Headlight", make="Audi", model="Q7", position="LH"),
        "Audi Q7 Left Headlight",
    ),
    (
        "position FL",
        TitleFacts(part_name="Door", make="Audi", model="Q7", position="FL"),
        "Audi Q7 Front Left Door",
    ),
    (
        "position driver",
        TitleFacts(part_name="Door Mirror", make="Audi", model="Q7", position="Driver Side"),
        "Audi Q7 Left Door Mirror",
    ),
    (
        "position list",
        TitleFacts(part_name="Caliper", make="Audi", model="S4", position="Right, Front"),
        "Audi S4 Front Right Caliper",
    ),
    (
        "position both sides",
        TitleFacts(part_name="Caliper", make="Audi", model="S4", position="Left, Right"),
        "Audi S4 Caliper",
    ),
    (
        "position in name",
        TitleFacts(part_name="Left Headlight", make="Audi", model="Q7", position="Left"),
        "Audi Q7 Left Headlight",
    ),
    (
        "position partly in name",
        TitleFacts(part_name="Left Door", make="Audi", model="Q7", position="Front Left"),
        "Audi Q7 Front Left Door",
    ),
    (
        "position against name",
        TitleFacts(part_name="Left Tail Light", make="Honda", model="Accord", position="Right"),
        "Honda Accord Right Tail Light",
    ),
    (
        "position nonsense",
        TitleFacts(part_name="Tail Light", make="Honda", model="Accord", position="see photos"),
        "Honda Accord Tail Light",
    ),
    (
        "phrase twice",
        TitleFacts(part_name="Brake Caliper Brake Caliper", make="Audi", model="S4"),
        "Audi S4 Brake Caliper",
    ),
    (
        "word twice",
        TitleFacts(part_name="Mirror Mirror", make="Audi", model="S4"),
        "Audi S4 Mirror",
    ),
    (
        "phrase twice apart",
        TitleFacts(part_name="Brake Caliper Red Brake Caliper", make="Audi", model="S4"),
        "Audi S4 Brake Caliper Red",
    ),
    (
        "nissan fits infiniti",
        TitleFacts(
            part_name="Starter",
            make="Nissan",
            model="Altima",
            fitments=(("Infiniti", "Q50"), ("Nissan", "Altima")),
        ),
        "Nissan Altima Starter",
    ),
    (
        "bently",
        TitleFacts(
            part_name="Grille",
            make="Bently",
            model="Continental",
            fitments=(("Bentley", "Continental"),),
        ),
        "Bentley Continental Grille",
    ),
    (
        "delphi golf",
        TitleFacts(
            part_name="Ignition Coil",
            make="Delphi",
            model="Golf",
            donor_make="Volkswagen",
            donor_model="Golf",
        ),
        "Volkswagen Golf Ignition Coil",
    ),
    (
        "delphi golf by fitment",
        TitleFacts(
            part_name="Ignition Coil",
            make="Delphi",
            model="Golf",
            fitments=(("Volkswagen", "Golf"),),
        ),
        "Volkswagen Golf Ignition Coil",
    ),
    ("bosch no model", TitleFacts(part_name="Fuel Pump", make="Bosch"), "Fuel Pump"),
    (
        "bosch in name",
        TitleFacts(part_name="Bosch Fuel Pump", make="Volkswagen", model="Golf"),
        "Volkswagen Golf Bosch Fuel Pump",
    ),
    (
        "donor wins",
        TitleFacts(
            part_name="Alternator",
            make="Infiniti",
            model="G37",
            donor_make="Nissan",
            donor_model="350Z",
        ),
        "Nissan 350Z Alternator",
    ),
    (
        "case of make",
        TitleFacts(
            part_name="Alternator",
            make="HONDA",
            model="accord",
            fitments=(("Honda", "Accord"),),
        ),
        "Honda Accord Alternator",
    ),
    (
        "mercedes",
        TitleFacts(part_name="Headlight", make="Mercedes-Benz", model="C350"),
        "Mercedes-Benz C350 Headlight",
    ),
    (
        "mercedes fits benz",
        TitleFacts(
            part_name="Headlight",
            make="Mercedes",
            model="C350",
            fitments=(("Mercedes-Benz", "C350"),),
        ),
        "Mercedes C350 Headlight",
    ),
    (
        "f-150",
        TitleFacts(
            part_name="18in Alloy Wheel 6x135",
            years=(2018, 2019, 2020),
            make="Ford",
            model="F-150",
            numbers=("JL34-1007-HB",),
            condition_id="3000",
        ),
        "2018-2020 Ford F-150 18in Alloy Wheel 6x135 JL34-1007-HB Used",
    ),
    (
        "peugeot 2008",
        TitleFacts(part_name="Radio", years=(2015, 2018), make="Peugeot", model="2008"),
        "2015-2018 Peugeot 2008 Radio",
    ),
    (
        "bmw 320",
        TitleFacts(part_name="Radio", make="BMW", model="320i"),
        "BMW 320i Radio",
    ),
    (
        "year in name",
        TitleFacts(part_name="2014 Headlight", years=(2010, 2015), make="Audi", model="Q7"),
        "2010-2015 Audi Q7 Headlight",
    ),
    (
        "span in name",
        TitleFacts(part_name="Headlight 2010-2015", years=(2010, 2015), make="Audi", model="Q7"),
        "2010-2015 Audi Q7 Headlight",
    ),
    (
        "year in model",
        TitleFacts(part_name="Headlight", years=(2014,), make="Audi", model="Q7 2014"),
        "2014 Audi Q7 Headlight",
    ),
    (
        "too long drops trim",
        TitleFacts(
            part_name="Instrument Cluster Speedometer",
            years=(2015, 2017),
            make="Volkswagen",
            model="Golf GTI",
            trim="Autobahn Performance",
            engine="2.0L Turbo",
            numbers=("5G1920741",),
            condition_id="3000",
        ),
        "2015-2017 Volkswagen Golf GTI Instrument Cluster Speedometer 5G1920741 Used",
    ),
    (
        "too long drops condition",
        TitleFacts(
            part_name="Heated Folding Door Mirror With Camera",
            years=(2014, 2019),
            make="BMW",
            model="X5",
            position="Left",
            numbers=("51167365095",),
            condition_id="3000",
        ),
        "2014-2019 BMW X5 Left Heated Folding Door Mirror With Camera 51167365095 Used",
    ),
    (
        "too long drops number",
        TitleFacts(
            part_name="Heated Folding Door Mirror With Camera And Memory",
            years=(2014, 2019),
            make="Volkswagen",
            model="Passat",
            position="Left",
            numbers=("3G0857507A",),
            condition_id="3000",
        ),
        "Volkswagen Passat Left Heated Folding Door Mirror With Camera And Memory",
    ),
    (
        "engine kept",
        TitleFacts(
            part_name="Radiator",
            years=(2007, 2011),
            make="Toyota",
            model="Camry",
            engine="2.4L",
            numbers=("16400-0H220",),
            condition_id="3000",
        ),
        "2007-2011 Toyota Camry 2.4L Radiator 16400-0H220 Used",
    ),
    (
        "trim equals model word",
        TitleFacts(part_name="ECU", make="Honda", model="Accord EX-L", trim="EX-L"),
        "Honda Accord EX-L ECU",
    ),
    ("nothing", TitleFacts(), ""),
    ("only number", TitleFacts(numbers=("16400-0H220",)), "16400-0H220"),
    (
        "wattage",
        TitleFacts(part_name="Power Amplifier 1500W", make="Audi", model="Q7"),
        "Audi Q7 Power Amplifier 1500W",
    ),
    (
        "blanks",
        TitleFacts(part_name="  Fuel\xa0 Pump ", make=" Audi ", model=" Q7 "),
        "Audi Q7 Fuel Pump",
    ),
    (
        "hyphen word new",
        TitleFacts(part_name="Newport Trim", make="Audi", model="Q7"),
        "Audi Q7 Newport Trim",
    ),
    (
        "new holland like",
        TitleFacts(part_name="Renewed Sensor", make="Audi", model="Q7", condition_id="3000"),
        "Audi Q7 Renewed Sensor Used",
    ),
]


@pytest.mark.parametrize(
    ("facts", "title"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_practice_09_titles(facts: TitleFacts, title: str) -> None:
    assert compose(facts).title == title
    assert len(title) <= MAX_LENGTH


def test_practice_09_there_are_sixty_cases_and_more() -> None:
    assert len(CASES) >= 60
    assert len({case[0] for case in CASES}) == len(CASES)


def test_practice_09_pieces_go_in_a_set_order() -> None:
    # given
    facts = TitleFacts(
        part_name="Heated Folding Door Mirror With Camera And Memory",
        make="Volkswagen",
        model="Passat",
        years=(2014, 2019),
        trim="Highline",
        engine="2.0L",
        position="Left",
        numbers=("3G0857507A",),
        condition_id="3000",
    )
    # when
    composed = compose(facts)
    # then
    assert composed.dropped == ("engine", "trim", "condition", "number", "years")
    assert "Heated Folding Door Mirror With Camera And Memory" in composed.title


def test_practice_09_the_composer_is_deterministic() -> None:
    facts = TitleFacts(
        part_name="Grille",
        make="Bently",
        fitments=(("Bentley", "Azure"), ("Benz", "C")),
    )
    assert {compose(facts).title for _ in range(20)} == {"Bentley Grille"}


def test_practice_11_source_and_description_are_no_facts_of_a_title() -> None:
    names = set(TitleFacts.__dataclass_fields__)
    assert names.isdisjoint({"source", "description", "part_source"})
