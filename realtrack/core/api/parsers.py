"""Bodies of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from djangorestframework_camel_case.parser import CamelCaseJSONParser
from rest_framework.exceptions import ParseError


class BodyParser(CamelCaseJSONParser):  # type: ignore[misc]  # the library has no types
    """JSON in camelCase; one that is nested past all sense is refused as malformed."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the body with names in snake_case; raises ParseError."""
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            message = "The body is nested too deeply."
            raise ParseError(message) from error
