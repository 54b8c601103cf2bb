"""A file's bytes: unpacked while they are read, never further than a bomb may go."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from lxml import etree

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
MAX_UNPACKED = 8 * 1024**3
# Real files pack 10 to 40 : 1, a bomb 1,000 : 1.
_MAX_RATIO = 200
_RATIO_FROM = 8 * 1024**2
# So many bytes without one application are no such file; also what bounds the memory.
_SILENCE = 16 * 1024**2
_HEAD = 1 << 20
_STEP = 4096


class FileRefused(Exception):
    """The file as a whole cannot be taken; the sentence says why and where."""

    def __init__(self, message: str, code: str = "unreadable") -> None:
        self.code = code
        super().__init__(message)


class GuardedReader:
    """Counts what is unpacked, and refuses a bomb or a file that never comes to the point."""

    def __init__(self, raw: IO[bytes], packed: int) -> None:
        self._raw = raw
        self._packed = max(1, packed)
        self._since = 0
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; raises FileRefused."""
        try:
            data = self._raw.read(size if size > 0 else _HEAD)
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            raise FileRefused("The packed file is damaged or cut off.", "damaged") from error
        self.count += len(data)
        self._since += len(data)
        ratio = self.count / self._packed
        if self.count > MAX_UNPACKED or (self.count > _RATIO_FROM and ratio > _MAX_RATIO):
            size_mb = self.count // 1024**2
            raise FileRefused(f"It unpacks to more than {size_mb} MB: a bomb.", "bomb")
        if self._since > _SILENCE:
            mb = _SILENCE // 1024**2
            raise FileRefused(f"{mb} MB without an application in them.", "no_apps")
        return data

    def heard(self) -> None:
        """Note that an application was found."""
        self._since = 0


def is_workbook(path: Path) -> bool:
    """Say whether a zip is a spreadsheet and no packed file."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "[Content_Types].xml" in archive.namelist()


def _zip_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [one for one in archive.infolist() if not one.is_dir()]
    members = [one for one in members if not one.filename.startswith("__MACOSX/")]
    if len(members) != 1:
        names = ", ".join(one.filename for one in members[:5]) or "none"
        raise FileRefused(f"The zip must hold one file; it holds {len(members)}: {names}.")
    if members[0].flag_bits & 1:
        raise FileRefused("The zip is locked by a password.")
    return members[0]


@contextmanager
def opened(path: Path) -> Iterator[GuardedReader]:
    """Open a plain, gz or zip file for reading; raises FileRefused."""
    with path.open("rb") as raw:
        head = raw.read(4)
        raw.seek(0)
        packed = path.stat().st_size
        if not head:
            raise FileRefused("The file is empty.")
        if head.startswith(_ZIP):
            try:
                with zipfile.ZipFile(raw) as archive:
                    member = _zip_member(archive)
                    with archive.open(member) as inner:
                        yield GuardedReader(inner, member.compress_size)
            # zipfile raises the second for a way of packing that it does not know.
            except (zipfile.BadZipFile, NotImplementedError) as error:
                raise FileRefused("The zip is damaged.", "damaged") from error
        elif head.startswith(_GZIP):
            with gzip.GzipFile(fileobj=raw) as inner_gz:
                yield GuardedReader(inner_gz, packed)  # type: ignore[arg-type]  # it reads bytes
        else:
            yield GuardedReader(raw, MAX_UNPACKED)


class _Head:
    """A parser's target that ends at the root, or refuses before it."""

    def __init__(self) -> None:
        self.root = ""
        self.version = ""

    def doctype(self, *_: Any) -> None:
        raise FileRefused(
            "It declares a document type (DOCTYPE), which no such file needs and attacks use.",
            "doctype",
        )

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.root = self.root or tag
        self.version = self.version or str(attributes.get("version", ""))

    def close(self) -> None:
        return None


def head_check(path: Path) -> str:
    """Return the version that the root names.

    Raises FileRefused for a document type, another root, a namespace or no XML at all: before
    anything else of the file is believed.
    """
    head = _Head()
    parser = etree.XMLParser(
        target=head, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    read = 0
    with opened(path) as reader:
        try:
            while not head.root and read < _HEAD and (data := reader.read(_STEP)):
                read += len(data)
                parser.feed(data)
            if not head.root:
                parser.close()
        except etree.XMLSyntaxError as error:
            raise FileRefused(f"This is no XML file: {error.msg}.", "not_xml") from error
    return _root_check(head)


def _root_check(head: _Head) -> str:
    if head.root.startswith("{"):
        space = head.root[1:].split("}")[0]
        raise FileRefused(f"The root has a namespace ({space}); ACES has none.", "namespace")
    if head.root != "ACES":
        named = f"<{head.root[:60]}>" if head.root else "nothing"
        raise FileRefused(f"The root is {named}, not <ACES>.", "root")
    return head.version


def apps_guess(path: Path) -> int:
    """Return about how many applications the file holds, for the progress bar alone."""
    marks = [b"<App ", "<App ".encode("utf-16-le"), "<App ".encode("utf-16-be")]
    total, tail = 0, b""
    with opened(path) as reader:
        while data := reader.read(_HEAD):
            reader.heard()
            block = tail + data
            total += max(block.count(mark) for mark in marks)
            # Shorter than the shortest mark's whole, so that none is counted twice.
            tail = block[-4:]
    return total
