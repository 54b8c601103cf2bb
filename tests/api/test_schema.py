"""The OpenAPI document against what the server does: schemathesis looks for a contradiction."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from realtrack.core import health
from realtrack.wsgi import application
from settings_app import sign_in
from tests.people import user_of

# Few in the quick suite; the drill takes many (EXAMPLES=200).
EXAMPLES = int(os.environ.get("EXAMPLES", "4"))
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
)


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """The server's requests share the test's connection, as those of Django's test client do."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def api(db: None, kept_connection: None, settings: Any) -> Any:
    """The document as a signed-in admin gets it, without throttles."""
    settings.THROTTLES = dict.fromkeys(("short", "medium", "long"), "100000000/second")
    # Without a worker's sign of life readiness answers 503, as it should.
    health.beat("worker@test")
    token = sign_in.tokens_issue(user_of("admin")).access
    found = schemathesis.openapi.from_wsgi(
        "/api/schema?format=json", application, headers={"Authorization": f"Bearer {token}"}
    )
    found.config.update(headers={"Authorization": f"Bearer {token}"})
    return found


schema = schemathesis.pytest.from_fixture("api")


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_server_does_what_the_document_says(case: Any) -> None:
    case.call_and_validate(checks=CHECKS)
