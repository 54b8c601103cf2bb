"""Cases of the title composer: years, makes, numbers. Name, facts, title."""

from __future__ import annotations

from listings.titles import TitleFacts

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
]
