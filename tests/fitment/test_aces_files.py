"""Files as they come: packed, in other encodings, hostile, half broken. Each gets a clear verdict."""

from __future__ import annotations

import gzip
import io
import itertools
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from lxml import etree

from fitment.aces.ahead import ahead
from fitment.aces.reader import AcesReader
from fitment.aces.schema import schema
from fitment.aces.source import FileRefused
from fitment.aces.uploads import upload_start
from fitment.models import AcesRow, AcesUpload
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput
from tests.fitment.aces_files import aces, app, sent

_LATE_NOTE = (
    '<App action="A" id="2"><BaseVehicle id="1"/><Qty>1</Qty><PartType id="1"/><Part>P1</Part>'
    "<Note>late</Note></App>"
)


def _read(path: Path, content: bytes) -> AcesReader:
    path.write_bytes(content)
    reader = AcesReader(path)
    list(reader.rows())
    return reader


@pytest.mark.parametrize("encoding", ["UTF-16", "ISO-8859-1", "UTF-8"])
def test_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    file = aces(app(1, extra="<Note>Öl für Größe</Note>"), encoding=encoding)
    reader = AcesReader(tmp_path / "file")
    (tmp_path / "file").write_bytes(file)
    (row,) = reader.rows()
    assert row.details == {"notes": ["Öl für Größe"]}
    assert reader.facts.faults == []


def test_packed_files_are_read(tmp_path: Path) -> None:
    file = aces(app(1), app(2))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("aces.xml", file)
    for content in (gzip.compress(file), packed.getvalue()):
        assert _read(tmp_path / "file", content).facts.apps == 2


def test_version_5_is_mapped_by_name_and_else_refused_by_name(tmp_path: Path) -> None:
    new = aces(app(1), version="5.0").decode()
    for old, name in (
        ("PartType", "PartTerminology"),
        ("Part>", "PartNumber>"),
        ("BrandAAIAID", "BrandID"),
        ("VersionDate", "PublicationDate"),
    ):
        new = new.replace(old, name)
    (tmp_path / "file").write_bytes(new.encode())
    reader = AcesReader(tmp_path / "file")
    (row,) = reader.rows()
    assert (row.part, row.codes["part_type_code"], row.supplier) == ("AB-100", 6832, "BBBB")
    assert reader.facts.faults == []
    other = new.replace("<Qty>", "<NewThing/><Qty>").encode()
    (tmp_path / "file").write_bytes(other)
    (row,) = AcesReader(tmp_path / "file").rows()
    assert (row.state, row.reason.split(";")[0]) == (
        "rejected", "App 1: NewThing is not expected here",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (_LATE_NOTE, "App 2: Note is not expected here"),
        (app(2).replace('id="171"', 'id="Camry"'), "App 2: BaseVehicle id: 'Camry' is not a valid"),
        (app(2, action="X"), "App 2: App action: The value 'X' is not accepted"),
        (app(2, '<Years from="2010" to="2005"/><Make id="1"/>'), "App 2: the years run backwards"),
        (app(2, '<Years from="1900" to="2005"/><Make id="1"/>'), "App 2: 1900 to 2005 are more"),
        (app(2, part=""), "App 2: Part is empty."),
        (app(2, part="--"), "App 2: the part number “--” holds no letter or digit."),
        (app(2).replace("<Qty>1</Qty>", ""), "App 2: PartType is not expected here"),
        (app(2, "<BaseVehicle/>"), "App 2: BaseVehicle: The attribute 'id' is required"),
    ],
)  # fmt: skip
def test_a_broken_application_is_rejected_alone(tmp_path: Path, broken: str, reason: str) -> None:
    (tmp_path / "file").write_bytes(aces(app(1), broken, app(3)))
    reader = AcesReader(tmp_path / "file")
    rows = list(reader.rows())
    assert [row.state for row in rows] == ["imported", "rejected", "imported"]
    assert rows[1].reason.startswith(reason)
    assert reader.facts.faults == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"footer": ""}, "There is no Footer after App 2: the file may be cut off."),
        ({"count": "many"}, "The Footer counts “many”, which is no number."),
        ({"footer": "<Extra/><Footer><RecordCount>2</RecordCount></Footer>"},
         "<Extra> is not known below ACES, after App 2."),
        ({"submission": "WHOLE"}, "Header: SubmissionType: The value 'WHOLE' is not accepted"),
    ],
)  # fmt: skip
def test_faults_of_the_whole_file(tmp_path: Path, changes: dict[str, str], fault: str) -> None:
    faults = _read(tmp_path / "file", aces(app(1), app(2), **changes)).facts.faults
    assert faults[0].startswith(fault)


def test_wrong_order_is_named_with_the_app(tmp_path: Path) -> None:
    text = aces(app(1), app(2)).decode()
    footer = "<Footer><RecordCount>2</RecordCount></Footer>"
    moved = text.replace(footer, "").replace(app(2), footer + app(2))
    faults = _read(tmp_path / "file", moved.encode()).facts.faults
    assert faults == ["App stands in the wrong place after App 1."]


_LAUGHS = '<!DOCTYPE ACES [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
_OUTSIDE = '<!DOCTYPE ACES [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (aces(app(1), head=_LAUGHS), "document type"),
        (aces(app(1), head=_OUTSIDE), "document type"),
        (aces(app(1), head=_LAUGHS, encoding="UTF-16"), "document type"),
        (gzip.compress(aces(app(1), head=_OUTSIDE)), "document type"),
        (aces(app(1)).replace(b"<ACES ", b'<ACES xmlns="urn:x" '), "namespace"),
        (b"<PIES/>", "The root is <PIES>"),
        (b"<ACES version='4.2'", "no XML file"),
        (b"<<<", "no XML file"),
        (b"", "empty"),
    ],
    # Not the bytes: a packed file holds the second in which it was packed.
    ids=[
        "laughs",
        "outside",
        "laughs-utf16",
        "outside-packed",
        "namespace",
        "root",
        "cut",
        "junk",
        "empty",
    ],
)
@pytest.mark.usefixtures("db")
def test_what_can_be_no_such_file_is_refused_at_once(
    actor: Actor, content: bytes, reason: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        upload_start(name="file.xml", file=io.BytesIO(content), actor=actor)
    assert reason in caught.value.fields["file"][0]
    assert AcesUpload.objects.count() == 0


def test_a_bomb_ends_early(tmp_path: Path) -> None:
    start = aces(app(1)).split(b"<App ")[0]
    blank = b"<!-- " + b" " * 9_000_000 + b" -->"
    path = tmp_path / "bomb"
    path.write_bytes(gzip.compress(start + blank * 2, compresslevel=9))
    with pytest.raises(FileRefused, match="bomb") as caught:
        list(AcesReader(path).rows())
    assert caught.value.code == "bomb"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", start + blank * 2)
    path.write_bytes(packed.getvalue())
    with pytest.raises(FileRefused, match="bomb"):
        list(AcesReader(path).rows())


def test_a_zip_of_two_files_names_them(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "two", "w") as archive:
        archive.writestr("a.xml", aces(app(1)))
        archive.writestr("b.xml", aces(app(1)))
    with pytest.raises(FileRefused, match=r"it holds 2: a\.xml, b\.xml"):
        list(AcesReader(tmp_path / "two").rows())


def test_megabytes_without_an_application_end(tmp_path: Path) -> None:
    start = aces().split(b"<Footer>")[0]
    (tmp_path / "file").write_bytes(start + (b"<X>" + b" " * 9_000 + b"</X>") * 2_000)
    with pytest.raises(FileRefused, match="without an application"):
        list(AcesReader(tmp_path / "file").rows())


def test_a_file_cut_off_in_the_middle_is_refused_with_its_rows_findable(actor: Actor) -> None:
    whole = aces(app(1), app(2), app(3))
    upload = sent(whole[: whole.index(b'id="3"')], actor)
    assert (upload.state, upload.run.state) == ("refused", "failed")
    assert upload.run.error.startswith("The XML breaks after App 2: ")
    rows = AcesRow.objects.filter(upload=upload).order_by("position")
    assert [(row.app_id, row.state, row.reason_code) for row in rows] == [
        (1, "rejected", "file_refused"), (2, "rejected", "file_refused"),
    ]  # fmt: skip
    assert upload.counts["rejected"] == upload.counts["total"] == upload.run.refused_count == 2


def test_an_id_used_twice(actor: Actor) -> None:
    upload = sent(aces(app(1), app(2), app(1), app(2, part="ZZ-9")), actor)
    rows = AcesRow.objects.filter(upload=upload).order_by("position")
    assert [row.state for row in rows] == ["unresolved", "duplicate", "duplicate", "rejected"]
    assert rows[3].reason == "App 2: its id was used before, by row 2."


def test_a_footer_that_counts_otherwise_asks(actor: Actor) -> None:
    upload = sent(aces(app(1), count=2), actor)
    assert upload.state == "asking"
    assert upload.questions[0]["text"] == "The footer counts 2 Apps, the file holds 1."


def test_the_schema_takes_the_samples_and_no_official_text_is_in_it() -> None:
    from fitment.aces.schema import schema_text

    assert b"Auto Care" not in schema_text()


def test_two_readers_at_once_keep_their_own_faults() -> None:
    # given two checks whose faults differ
    first, second = schema(), schema()
    # when one fails and the other passes
    assert not first.validate(etree.fromstring("<App/>"))
    assert second.validate(etree.fromstring("<Footer><RecordCount>1</RecordCount></Footer>"))
    # then the fault of the first is still its own
    assert len(first.error_log) > 0
    assert len(second.error_log) == 0


def test_reading_ahead_gives_all_in_order_and_then_what_broke_it_off() -> None:
    # given a reader that breaks after two pieces
    def pieces() -> Iterator[int]:
        yield 1
        yield 2
        raise FileRefused("broken off")

    taken: list[int] = []
    # when / then
    with pytest.raises(FileRefused, match="broken off"):
        taken.extend(ahead(pieces()))
    assert taken == [1, 2]


def test_reading_ahead_ends_its_thread_when_nobody_takes_any_more() -> None:
    # given a reader without an end
    given: list[int] = []

    def pieces() -> Iterator[int]:
        for number in itertools.count():
            given.append(number)
            yield number

    # when who takes stops after three
    with closing(ahead(pieces())) as taken:
        assert list(itertools.islice(taken, 3)) == [0, 1, 2]
    # then no thread reads on, and it was never more than a piece ahead of what waits
    assert [one.name for one in threading.enumerate() if one.name == "aces-reader"] == []
    assert len(given) <= 5


@pytest.mark.usefixtures("db")
def test_a_zip_with_a_password_is_refused(tmp_path: Path) -> None:
    # given a zip whose entry says that it is encrypted (bit 0 of the flags, in both headers)
    path = tmp_path / "locked.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("aces.xml", aces(app(1)))
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    # when / then
    with pytest.raises(FileRefused, match="locked by a password"):
        _read(path, bytes(content))
