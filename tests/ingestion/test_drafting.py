from __future__ import annotations

from ingestion.pipeline.drafting import DraftInput, DraftStep, Vehicle
from ingestion.pipeline.fields import FieldName


def test_draft_composes_title_and_description() -> None:
    # given
    values = {
        FieldName.BRAND: "Denso",
        FieldName.PART_TYPE: "Alternator",
        FieldName.MPN: "104210-5890",
        FieldName.OE_NUMBER: "31100-R40-A01",
        FieldName.CONDITION: "3000",
        FieldName.POSITION: "Front, Left",
        FieldName.QUANTITY: "1",
    }
    vehicle = Vehicle(make="Honda", model="Accord", years=(2008, 2009, 2010))
    # when
    data = DraftStep().run(DraftInput(values=values, vehicle=vehicle))
    # then
    assert data == {
        "title": "2008-2010 Honda Accord Front Left Alternator 31100-R40-A01 Used",
        "c_brand": "Denso",
        "c_type": "Alternator",
        "c_manufacturer_part_number": "104210-5890",
        "c_oe_oem_part_number": "31100-R40-A01",
        "condition_id": "3000",
        "quantity": "1",
        "item_specifics": {"Placement on Vehicle": ["Front", "Left"]},
        "description": (
            "<ul><li>Part: Alternator</li><li>Brand: Denso</li><li>Part number: 104210-5890</li>"
            "<li>OE number: 31100-R40-A01</li><li>Placement: Front, Left</li>"
            "<li>Vehicle: Honda Accord</li><li>Condition: Used</li></ul>"
            "<p>Compare the numbers with those on your part before you buy.</p>"
        ),
    }


def test_draft_keeps_a_title_that_a_person_typed() -> None:
    data = DraftStep().run(
        DraftInput(values={FieldName.TITLE: "Odd one", FieldName.PART_TYPE: "Alternator"})
    )
    assert isinstance(data, dict)
    assert data["title"] == "Odd one"


def test_draft_escapes_what_was_read() -> None:
    data = DraftStep().run(DraftInput(values={FieldName.PART_TYPE: "<b>Hood</b>"}))
    assert isinstance(data, dict)
    assert "<b>" not in str(data["description"])


def test_draft_of_nothing_is_empty() -> None:
    assert DraftStep().run(DraftInput(values={})) == {}
