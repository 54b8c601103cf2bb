"""More cases of the title composer. Name, facts, title."""

from __future__ import annotations

from listings.titles import TitleFacts

MORE_CASES: list[tuple[str, TitleFacts, str]] = [
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
