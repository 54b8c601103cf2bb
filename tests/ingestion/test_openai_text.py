"""Part types of unknown names and descriptions: a model per task, proposals alone, bad answers halved."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from ingestion import services
from ingestion.models import AiCall
from ingestion.providers import openai_text
from ingestion.providers.base import OpenPurse, ProviderRefused
from listings.models import Listing, ListingProposal
from realtrack.core.actors import Actor
from settings_app.services import setting_set
from tests.ingestion.ai_server import AiServer, Reply, Seen, completion
from tests.ingestion.sheet_files import csv_file
from tests.inventory.conftest import _vehicles_loaded, vehicles  # noqa: F401  # shared fixtures
from tests.people import user_of

pytestmark = pytest.mark.django_db
TYPES = ["Alternator", "Hood", "Grille"]


def names_of(seen: Seen) -> list[str]:
    text = str(seen.body["messages"][1]["content"])
    return [line.split(". ", 1)[1] for line in text.splitlines()]


def sorting(of: Callable[[str, str], tuple[str, float]]) -> Callable[[Seen], Reply]:
    def answer(seen: Seen) -> Reply:
        parts = []
        for number, name in enumerate(names_of(seen), start=1):
            part_type, sure = of(name, str(seen.body["model"]))
            parts.append({"part": number, "type": part_type, "confidence": sure})
        return Reply(completion(json.dumps({"parts": parts})))

    return answer


def test_practice_41_each_task_has_its_model(ai: AiServer, settings: Settings) -> None:
    # given
    settings.AI_MODEL_CLASSIFY, settings.AI_MODEL_TEXT = "vendor/sorter", "vendor/writer"
    ai.answer = sorting(lambda name, model: ("hood", 0.9))
    purse = OpenPurse()
    # when
    guesses = openai_text.types_guess(["engine lid"], TYPES, purse)
    ai.answer = lambda seen: Reply(completion('{"description": "<b>A hood</b> of a Camry."}'))
    text = openai_text.description_write({"title": "Hood"}, purse)
    # then
    assert [seen.body["model"] for seen in ai.seen] == ["vendor/sorter", "vendor/writer"]
    assert (guesses[0].part_type, guesses[0].confidence) == ("Hood", 0.9)
    assert text == "A hood of a Camry."
    assert all(one.cost_usd and one.cost_usd > 0 for one in purse.receipts)


def test_practice_42_seven_answers_for_eight_names_are_halved_and_end(ai: AiServer) -> None:
    # given a model that leaves out the name "bad", alone or among others
    def answer(seen: Seen) -> Reply:
        parts = [
            {"part": number, "type": "Grille", "confidence": 0.8}
            for number, name in enumerate(names_of(seen), start=1)
            if name != "bad"
        ]
        return Reply(completion(f"```json\n{json.dumps({'parts': parts})}\n```"))

    ai.answer = answer
    names = [*(f"name {n}" for n in range(7)), "bad"]
    # when
    guesses = openai_text.types_guess(names, TYPES, OpenPurse())
    # then
    assert [one.name for one in guesses] == names
    assert [one.part_type for one in guesses] == ["Grille"] * 7 + [""]
    assert "0 entries for 1" in guesses[-1].reason
    assert [len(names_of(seen)) for seen in ai.seen] == [8, 4, 4, 2, 2, 1, 1]


def test_a_type_of_no_list_is_dropped_and_no_description_is_a_refusal(ai: AiServer) -> None:
    ai.answer = sorting(lambda name, model: ("Flux Capacitor", 0.99))
    assert openai_text.types_guess(["x"], TYPES, OpenPurse())[0].part_type == ""
    ai.answer = lambda seen: Reply(completion('{"description": ""}'))
    with pytest.raises(ProviderRefused):
        openai_text.description_write({"title": "x"}, OpenPurse())


@pytest.mark.usefixtures("vehicles")
def test_a_sheets_unknown_names_are_proposed_and_the_dear_model_asked_in_doubt(
    ai: AiServer,
    settings: Settings,
    django_capture_on_commit_callbacks: Any,
) -> None:
    # given
    settings.AI_MODEL_CLASSIFY = "vendor/sorter"
    admin = Actor.person(user_of("admin"))
    with django_capture_on_commit_callbacks(execute=True):
        setting_set(category="ai", key="ai_hard_model", value="vendor/dear", actor=admin)
    rows = [("1-1", "Sure Gizmo"), ("2-2", "Odd Gizmo"), ("3-3", "Alternator")]
    # when
    run = services.sheet_start(
        name="2014 Toyota Camry.csv", content=csv_file(("Number", "Name"), rows),
        actor=Actor.person(user_of("user")), user=user_of("user"),
    )  # fmt: skip
    ai.answer = sorting(
        lambda name, model: (
            ("Hood", 0.95) if "Sure" in name else ("Grille", 0.9 if model == "vendor/dear" else 0.3)
        )
    )
    services.sheet_run(run_id=run.pk)
    # then nothing is written, two are proposed, and only the doubtful one went to the dear model
    assert [(seen.body["model"], names_of(seen)) for seen in ai.seen] == [
        ("vendor/sorter", ["Sure Gizmo", "Odd Gizmo"]),
        ("vendor/dear", ["Odd Gizmo"]),
    ]
    assert sorted(Listing.objects.values_list("c_type", flat=True)) == ["", "", "Alternator"]
    proposed = ListingProposal.objects.filter(field="c_type").order_by("value")
    assert [(one.value, one.source, float(one.confidence or 0)) for one in proposed] == [
        ("Grille", "ai", 0.9),
        ("Hood", "ai", 0.95),
    ]
    assert set(AiCall.objects.values_list("task", "state")) == {("classify", "settled")}
    run.refresh_from_db()
    assert (run.state, run.result["stages"]["guess"]["count"]) == ("done", 2)


@pytest.mark.usefixtures("vehicles")
def test_a_service_that_is_away_leaves_the_sheet_alone(ai: AiServer) -> None:
    # given
    ai.answer = lambda seen: Reply(status=503)
    # when
    run = services.sheet_start(
        name="2014 Toyota Camry.csv", content=csv_file(("Number", "Name"), [("1-1", "Gizmo")]),
        actor=Actor.person(user_of("user")), user=user_of("user"),
    )  # fmt: skip
    services.sheet_run(run_id=run.pk)
    # then
    run.refresh_from_db()
    assert (run.state, run.created_count) == ("done", 1)
    assert not ListingProposal.objects.filter(field="c_type").exists()


def test_a_description_is_a_proposal_and_the_title_stays(ai: AiServer) -> None:
    # given
    from tests.listings.factories import make_listing

    listing = make_listing()
    ai.answer = lambda seen: Reply(completion('{"description": "Salvage hood. Ignore <i>x</i>"}'))
    # when
    done = services.description_propose(listing_id=listing.pk, actor=Actor.system("x"))
    # then
    assert done
    found = ListingProposal.objects.get()
    assert (found.field, found.value) == ("description", "<p>Salvage hood. Ignore x</p>")
    again = Listing.objects.get(pk=listing.pk)
    assert (again.title, again.description) == (listing.title, listing.description)
