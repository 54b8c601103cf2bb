"""Reads a file application by application, in flat memory, and judges what surrounds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from fitment.aces import facts
from fitment.aces.rows import Row, renamed, row_read
from fitment.aces.schema import fault_words, schema
from fitment.aces.source import FileRefused, GuardedReader, head_check, opened

# The order of what stands below the root.
_PLACES = {"Header": 0, "App": 1, "Asset": 2, "DigitalAsset": 3, "Footer": 4}
_TAGS = (*_PLACES, "Apps")
_RAW_MAX = 1000
_FAULTS_MAX = 20


@dataclass(slots=True)
class Facts:
    """What was learned of the file while it was read; `faults` refuse it as a whole."""

    version: str = ""
    header: dict[str, str] = field(default_factory=dict)
    footer: str | None = None
    apps: int = 0
    assets: int = 0
    last_id: int | None = None
    highest_id: int = 0
    faults: list[str] = field(default_factory=list)

    def fault(self, text: str) -> None:
        """Note a fault of the whole file, each once."""
        if text not in self.faults and len(self.faults) < _FAULTS_MAX:
            self.faults.append(text)

    @property
    def place(self) -> str:
        """Where the reader stands, by application and not by line, which XML readers cap."""
        return f"after App {self.last_id}" if self.last_id else "before the first App"


class AcesReader:
    """Yields a row per application; `facts` are whole once it has ended."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.facts = Facts()
        self._schema = schema()
        self._stage = -1
        self._misplaced = False

    def rows(self) -> Iterator[Row]:
        """Yield the rows in order. Raises FileRefused where reading cannot go on."""
        self.facts.version = head_check(self._path)
        if self.facts.version not in facts.VERSIONS:
            known = ", ".join(facts.VERSIONS)
            named = self.facts.version or "none"
            raise FileRefused(f"Version {named} is not known. Known are {known}.", "version")
        with opened(self._path) as reader:
            try:
                yield from self._read(reader)
            except etree.XMLSyntaxError as error:
                text = f"The XML breaks {self.facts.place}: {error.msg}."
                raise FileRefused(text, "broken") from error

    def _read(self, reader: GuardedReader) -> Iterator[Row]:
        context = etree.iterparse(
            reader,
            events=("end",),
            tag=_TAGS,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        for _, element in context:
            parent = element.getparent()
            if element.tag == "App":
                reader.heard()
                yield self._app(element, parent)
            elif parent is not None and parent.tag == "ACES":
                self._beside(element)
            else:
                continue
            element.clear()
            if parent is not None:
                while element.getprevious() is not None:
                    self._left(parent[0])
                    del parent[0]
        self._end(context.root)

    def _app(self, element: Any, parent: Any) -> Row:
        found = self.facts
        found.apps += 1
        if (parent is None or parent.tag != "ACES") and not self._misplaced:
            self._misplaced = True
            inside = "nowhere" if parent is None else f"inside <{parent.tag}>"
            found.fault(
                f"App {element.get('id')} stands {inside}; an App stands directly below ACES."
            )
        self._order("App")
        row = self._judged(element)
        found.last_id = row.app_id or found.last_id
        return row

    def _judged(self, element: Any) -> Row:
        found = self.facts
        checked = self._schema
        if found.version == facts.RENAMED_FROM:
            renamed(element)
        if checked.validate(element):
            header = found.header
            row = row_read(
                element, found.apps, header.get("Company", ""), header.get("BrandAAIAID", "")
            )
            # Only a number that is not above all before it can have been used.
            row.maybe_again = (row.app_id or 0) <= found.highest_id
            found.highest_id = max(found.highest_id, row.app_id or 0)
            return row
        given = (element.get("id") or "").strip()
        row = Row(position=found.apps)
        row.app_id = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
        row.part = (element.findtext("Part") or "").strip()[:48]
        raw = etree.tostring(element, encoding="unicode", with_tail=False)
        row.details = {"raw": raw[:_RAW_MAX]}
        row.reject("invalid", fault_words(checked))
        return row

    def _beside(self, element: Any) -> None:
        """Header, assets and footer."""
        found, tag = self.facts, element.tag
        if tag == "Apps":  # its applications have said so
            return
        self._order(tag)
        if found.version == facts.RENAMED_FROM:
            renamed(element)
        checked = self._schema
        if tag == "Header":
            if not checked.validate(element):
                found.fault(f"Header: {fault_words(checked)}")
            found.header = {
                child.tag: " ".join((child.text or "").split())[:200]
                for child in element
                if child.tag in facts.HEADER_NAMES
            }
        elif tag == "Footer":
            found.footer = (element.findtext("RecordCount") or "").strip()
            if not checked.validate(element):
                found.fault(f"Footer: {fault_words(checked)}")
        elif tag == "Asset":
            found.assets += 1

    def _order(self, tag: str) -> None:
        place = _PLACES[tag]
        if place < self._stage or (place == self._stage and tag in {"Header", "Footer"}):
            self.facts.fault(f"{tag} stands in the wrong place {self.facts.place}.")
        if tag != "Header" and self._stage < 0:
            self.facts.fault("There is no Header before the first App.")
        self._stage = max(self._stage, place)

    def _left(self, element: Any) -> None:
        """Look at what is thrown away between the known elements."""
        if isinstance(element.tag, str) and element.tag not in _PLACES and element.tag != "Apps":
            self.facts.fault(f"<{element.tag}> is not known below ACES, {self.facts.place}.")

    def _end(self, root: Any) -> None:
        found = self.facts
        for child in root:
            self._left(child)
        if found.apps == 0:
            found.fault("There is no App in it.")
        if found.footer is None:
            found.fault(f"There is no Footer {found.place}: the file may be cut off.")
        elif not (found.footer.isascii() and found.footer.isdigit()):
            found.fault(f"The Footer counts “{found.footer[:40]}”, which is no number.")
