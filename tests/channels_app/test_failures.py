from __future__ import annotations

import csv
from typing import Any

import pytest

from channels_app.adapters.base import (
    ChannelError,
    Failure,
    Ours,
    SellerMustFix,
    SignInAgain,
    TryAgain,
)
from channels_app.adapters.ebay.failures import failures_of, table
from tests.conftest import SHARED


def one(error: dict[str, Any], status: int = 400) -> Failure:
    (found,) = failures_of({"errors": [error]}, status=status, retry_after=None)
    return found


def test_every_error_of_the_contract_is_in_the_table() -> None:
    # given
    path = SHARED / "contracts" / "ebay" / "errors.csv"
    if not path.exists():
        pytest.skip("the contract is not here")
    with path.open(encoding="utf-8", newline="") as file:
        wanted = {(row["error_id"], row["domain"]) for row in csv.DictReader(file)}
    # then
    assert wanted == set(table())


@pytest.mark.parametrize(
    ("error_id", "domain", "status", "kind"),
    [
        (1001, "OAuth", 401, SignInAgain),
        (1100, "ACCESS", 403, SignInAgain),
        (2001, "ACCESS", 429, TryAgain),
        (2003, "ACCESS", 500, TryAgain),
        (2004, "ACCESS", 400, Ours),
        (25001, "API_INVENTORY", 500, TryAgain),
        (25003, "API_INVENTORY", 400, SellerMustFix),
        (25005, "API_INVENTORY", 400, SellerMustFix),
        (25025, "API_INVENTORY", 500, TryAgain),
        (25709, "API_INVENTORY", 400, Ours),
        (30500, "API_FULFILLMENT", 500, TryAgain),
        (31100, "API_FULFILLMENT", 400, Ours),
        (32300, "API_FULFILLMENT", 400, SellerMustFix),
        (99999, "API_INVENTORY", 400, SellerMustFix),
        (99999, "API_INVENTORY", 503, TryAgain),
    ],
)
def test_verdicts_go_by_id_and_domain(
    error_id: int, domain: str, status: int, kind: type[Failure]
) -> None:
    # when
    found = one({"errorId": error_id, "domain": domain, "message": "whatever"}, status)
    # then
    assert type(found) is kind
    assert found.error_id == str(error_id)
    assert found.reason


@pytest.mark.parametrize(
    "text", ["The item specific Brand is missing.", "Das Merkmal Brand fehlt."]
)
def test_the_text_decides_nothing(text: str) -> None:
    # when
    found = one(
        {
            "errorId": 25002,
            "domain": "API_INVENTORY",
            "message": text,
            "parameters": [
                {"name": "0", "value": text},
                {"name": "1", "value": text},
                {"name": "2", "value": "Brand"},
            ],
        }
    )
    # then
    assert isinstance(found, SellerMustFix)
    assert (found.field, found.reason) == ("aspect:Brand", text)


def test_a_missing_location_is_about_the_location() -> None:
    # when
    found = one(
        {
            "errorId": 25002,
            "domain": "API_INVENTORY",
            "parameters": [{"name": "0", "value": "Item.Country"}],
        }
    )
    # then
    assert isinstance(found, SellerMustFix)
    assert found.field == "location"


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({}, 502, TryAgain),
        ("<html>", 503, TryAgain),
        ({}, 429, TryAgain),
        ({}, 408, TryAgain),
        ({}, 401, SignInAgain),
        ({}, 404, Ours),
        ({"errors": "odd"}, 400, Ours),
        ({"errors": [None, 3]}, 400, Ours),
    ],
)
def test_answers_without_an_envelope_go_by_status(
    body: Any, status: int, kind: type[Failure]
) -> None:
    # then
    assert type(failures_of(body, status=status)[0]) is kind


def test_retry_after_is_kept() -> None:
    # when
    (found,) = failures_of({}, status=429, retry_after=77.0)
    # then
    assert isinstance(found, TryAgain)
    assert found.after == 77.0


def test_a_sign_in_decides_before_a_wait_and_a_wait_before_a_fix() -> None:
    # given
    fix, wait, sign = (
        SellerMustFix(reason="a"),
        TryAgain(reason="b", after=1),
        SignInAgain(reason="c"),
    )
    # then
    assert ChannelError(fix, wait, sign).first is sign
    assert ChannelError(fix, wait).first is wait
