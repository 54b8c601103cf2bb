from __future__ import annotations

import pytest

from realtrack.core import context, logging


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("access_token", "abc"),
        ("password", "x"),
        ("Authorization", "Bearer abcdefgh12345"),
        ("buyer_name", "Zoë"),
        ("email", "a@example.com"),
        ("shipping_address", {"street": "x"}),
    ],
)
def test_named_secrets_are_masked(name: str, value: object) -> None:
    assert logging.scrub({name: value}) == {name: logging.MASK}


def test_secrets_in_texts_are_masked() -> None:
    text = "GET /cb?code=v%5E1.1&state=xyz Authorization: Bearer abcdefgh123 by zoe@example.com"
    cleaned = logging.scrub_text(text)
    for secret in ("v%5E1.1", "xyz", "abcdefgh123", "zoe@example.com"):
        assert secret not in cleaned


def test_harmless_values_stay() -> None:
    assert logging.scrub({"sku": "RT-1", "count": 3, "status_code": 200}) == {
        "sku": "RT-1",
        "count": 3,
        "status_code": 200,
    }


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "bad id with blanks", "a\nb-injected-line"]
)
def test_a_malformed_request_id_is_replaced(given: str) -> None:
    adopted = context.set_request_id(given)
    assert adopted != given
    assert context.request_id() == adopted
    context.clear_request_id()


def test_a_well_formed_request_id_is_kept() -> None:
    assert context.set_request_id("abcd-1234.X_9") == "abcd-1234.X_9"
    context.clear_request_id()
