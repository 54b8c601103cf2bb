"""Every address of the project, read from the URL table itself."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, UUIDConverter

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Address:
    """One pattern of the table with a path that matches it."""

    path: str
    callback: Callable[..., Any]
    app: str

    @property
    def view_class(self) -> Any:
        return getattr(self.callback, "cls", None) or getattr(self.callback, "view_class", None)

    @property
    def methods(self) -> list[str]:
        """The methods that an API view has."""
        return [name for name in _METHODS if hasattr(self.view_class, name.lower())]


def _sample(converter: Any) -> str:
    if isinstance(converter, UUIDConverter):
        return str(uuid.uuid4())
    if isinstance(converter, IntConverter):
        return "1"
    # A converter of ours names its values: `price|quantity`; the first one does.
    first = str(converter.regex).strip("()?:").split("|")[0]
    return first if first.isidentifier() else "x"


def _path_of(prefix: str, pattern: URLPattern | URLResolver) -> str:
    text = prefix + str(pattern.pattern)
    for name, converter in pattern.pattern.converters.items():
        sample = _sample(converter)
        text = re.sub(rf"<(?:\w+:)?{name}>", sample, text)
    return text


def _walk(prefix: str, patterns: list[URLPattern | URLResolver], app: str) -> Iterator[Address]:
    for pattern in patterns:
        path = _path_of(prefix, pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(path, pattern.url_patterns, pattern.app_name or app)
        else:
            yield Address(path="/" + path.lstrip("/"), callback=pattern.callback, app=app)


def addresses() -> list[Address]:
    """Return every address but Django admin's, whose own check guards all of it at once."""
    return [one for one in _walk("", get_resolver().url_patterns, "") if one.app != "admin"]
