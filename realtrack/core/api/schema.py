"""OpenAPI: what the server really does, in the names of the wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers

from realtrack.core.api.names import to_camel
from realtrack.core.api.serializers import ErrorAnswer

__all__ = ["AppSchema", "api_schema", "camelize_parameters"]

F = TypeVar("F", bound=Callable[..., Any])
_ERRORS = {
    400: "The input breaks a rule; each field is named.",
    401: "Not signed in, or the token has ended.",
    403: "The role does not allow it.",
    404: "It does not exist.",
    409: "The present state does not allow it.",
    413: "Too large.",
    415: "Not a media type that this takes.",
    429: "Too many requests; Retry-After says how long to wait.",
    503: "A server that this needs is away; try again.",
}


class AppSchema(AutoSchema):
    """Every operation may answer with the shared errors."""

    def get_tags(self) -> list[str]:
        parts = self.path.strip("/").split("/")
        return [parts[1] if len(parts) > 1 else "api"]

    def get_operation_id(self) -> str:
        """Return a name that says the path whole: `get_jobs_by_job_id`; no two are alike."""
        parts = [
            f"by_{part[1:-1]}" if part.startswith("{") else part.replace("-", "_")
            for part in self.path.strip("/").split("/")[1:]
        ]
        return "_".join([self.method.lower(), *parts])

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status, words in _ERRORS.items():
            bodies.setdefault(
                str(status),
                self._get_response_for_code(  # type: ignore[no-untyped-call]  # of the library
                    OpenApiResponse(response=ErrorAnswer, description=words),
                    str(status),
                ),
            )
        return bodies


def api_schema(
    *,
    request: Any = None,
    response: Any = None,
    query: type[serializers.Serializer[Any]] | None = None,
    status: int = 200,
    summary: str = "",
    responses: dict[Any, Any] | None = None,
) -> Callable[[F], F]:
    """Describe one method of a view: body, answer, query, status of success."""
    answers = responses or {
        status: response if response is not None else OpenApiResponse(description="Done.")
    }
    described: Callable[[F], F] = extend_schema(
        request=request,
        responses=answers,
        parameters=[query] if query is not None else None,
        summary=summary or None,
    )
    return described


def camelize_parameters(result: Any, generator: Any, request: Any, public: Any) -> Any:
    """Postprocessing hook: query parameters have camelCase names on the wire, as bodies do."""
    del generator, request, public
    for methods in result.get("paths", {}).values():
        for operation in methods.values():
            for parameter in operation.get("parameters", []):
                if parameter.get("in") == "query":
                    parameter["name"] = to_camel(parameter["name"])
    return result
