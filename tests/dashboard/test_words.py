"""Every event of every app has words for the activity feed, with fields that it really has."""

from __future__ import annotations

import dataclasses
import string

from dashboard import words
from realtrack.core.events import event_types

# What the feed knows of every row beside the event's own fields.
_KNOWN = frozenset({"what", "entity"})
# A run's title is metadata of each of its events.
_RUNS = frozenset({"title"})


def test_every_event_of_all_apps_has_words_of_its_own() -> None:
    # given every event that the program can emit
    events = {
        name: event
        for name, event in event_types().items()
        if not event.__module__.startswith("tests.")
    }
    assert len(events) > 90
    # when / then: none is shown by its name, and no word waits for a field that is never there
    sentences = words._SENTENCES
    assert sorted(events.keys() - sentences.keys()) == []
    empty = {}
    for name, event in events.items():
        fields = {one.name for one in dataclasses.fields(event)}
        named = {field for _, field, _, _ in string.Formatter().parse(sentences[name]) if field}
        empty[name] = named - fields - _KNOWN - (_RUNS if name.startswith("run.") else frozenset())
    assert {name: gone for name, gone in empty.items() if gone} == {}
