"""Rows of sheets with what a person would make of them: part type, side and title, by hand.

Each base row is a way in which yards name a part, with its type in the trade's words and the name
that stands in the title; the turns are what suppliers do to such names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

VIN = "4T1BF1FK7EU123456"
# Said, part type, name in the title.
BASES: tuple[tuple[str, str, str], ...] = (
    ("Alternator", "Alternator", "Alternator"),
    ("Starter Motor", "Starter Motor", "Starter Motor"),
    ("Headlamp", "Headlight", "Headlight"),
    ("Tail Lamp", "Tail Light", "Tail Light"),
    ("Door Mirror", "Side View Mirror", "Side View Mirror"),
    ("Mirror, Door", "Side View Mirror", "Side View Mirror"),
    ("Window Regulator", "Door Window Regulator", "Door Window Regulator"),
    ("Regulator, Window", "Door Window Regulator", "Door Window Regulator"),
    ("A/C Compressor", "AC Compressor", "AC Compressor"),
    ("Fuel Pump", "Fuel Pump", "Fuel Pump"),
    ("Throttle Body", "Throttle Body", "Throttle Body"),
    ("Mass Air Flow Sensor", "Mass Air Flow Sensor", "Mass Air Flow Sensor"),
    ("MAF Sensor", "Mass Air Flow Sensor", "Mass Air Flow Sensor"),
    ("ABS Pump", "ABS Pump", "ABS Pump"),
    ("Steering Wheel", "Steering Wheel", "Steering Wheel"),
    ("Steering Wheel black leather", "Steering Wheel", "Steering Wheel black leather"),
    ("Engine Control Module", "Engine Control Module", "Engine Control Module"),
    ("Fuse Box", "Fuse Box", "Fuse Box"),
    ("Ignition Coil", "Ignition Coil", "Ignition Coil"),
    ("Coil Pack", "Ignition Coil", "Ignition Coil"),
    ("Radiator", "Radiator", "Radiator"),
    ("Blower Motor", "Blower Motor", "Blower Motor"),
    ("Wiper Motor", "Wiper Motor", "Wiper Motor"),
    ("Fender Liner", "Fender Liner", "Fender Liner"),
    ("Seat Belt", "Seat Belt", "Seat Belt"),
    ("Center Console", "Center Console", "Center Console"),
    ("Clock Spring", "Clock Spring", "Clock Spring"),
    ("Water Pump", "Water Pump", "Water Pump"),
    ("Oil Pan", "Oil Pan", "Oil Pan"),
    ("Valve Cover", "Cylinder Head Cover", "Cylinder Head Cover"),
    ("Intake Manifold", "Intake Manifold", "Intake Manifold"),
    ("Wheel Hub", "Wheel Hub Assembly", "Wheel Hub Assembly"),
    ("Brake Caliper", "Brake Caliper", "Brake Caliper"),
    ("Struts", "Strut", "Strut"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueRow:
    """A row and what it is."""

    given: dict[str, str]
    part_type: str
    side: str
    title: str


def rows() -> Iterator[TrueRow]:
    """All bases in all turns; each has a number of its own."""
    for count, (said, part_type, name) in enumerate(BASES):
        for turn, (text, side, place, more) in enumerate(_turns(said)):
            number = f"{81000 + count:05d}-{turn:02d}A{count:02d}"
            given = {"name": text.replace("{number}", number), "number": number, **more}
            shown = name if name.split()[-1].islower() is False else _as_said(name, text)
            words = ["2014 Toyota Camry", place, shown, number, "Used"]
            yield TrueRow(
                given=given,
                part_type=part_type,
                side=side,
                title=" ".join(word for word in words if word),
            )


def _as_said(name: str, text: str) -> str:
    """A shouted row is put into normal letters, words that a person typed so stay small."""
    return name.title() if text == text.upper() else name


def _turns(said: str) -> list[tuple[str, str, str, dict[str, str]]]:
    return [
        (said, "none", "", {}),
        (said.upper(), "none", "", {}),
        (f"LH {said}", "left", "Left", {}),
        (f"{said}, RH", "right", "Right", {}),
        (said, "left", "Left", {"side": "L"}),
        (f"{said} front right", "front_right", "Front Right", {}),
        (f"2014 Toyota Camry {said}", "none", "", {}),
        (f"Toyota TOYOTA {said}", "none", "", {}),
        (f"{said} {{number}}", "none", "", {}),
        (f"{said} OEM", "none", "", {}),
        (f"{said} used", "none", "", {"condition": "Used"}),
        (f"{VIN} {said}", "none", "", {"source": "Salvage"}),
    ]
