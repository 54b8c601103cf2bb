from __future__ import annotations

import os
from typing import Any

import pytest

from realtrack.core import crypto


@pytest.fixture
def two_keys(settings: Any) -> dict[str, bytes]:
    keys = {"new": os.urandom(32), "old": os.urandom(32)}
    settings.ENCRYPTION_KEYS = keys
    return keys


def test_what_is_sealed_opens_at_its_place_only(two_keys: Any) -> None:
    token = crypto.encrypt("Zoë Straße 1", aad="orders.order:1:name")
    assert token.startswith("v1.new.")
    assert "Stra" not in token
    assert crypto.decrypt(token, aad="orders.order:1:name") == "Zoë Straße 1"
    with pytest.raises(crypto.CannotDecrypt):
        crypto.decrypt(token, aad="orders.order:2:name")


def test_two_seals_of_one_text_differ(two_keys: Any) -> None:
    assert crypto.encrypt("a", aad="x") != crypto.encrypt("a", aad="x")


@pytest.mark.parametrize(
    "bad", ["plain text", "v1.new.AAAA", "v2.new.AAAA", "v1.nokey.AAAA", "v1.new.!"]
)
def test_what_is_no_seal_of_ours_is_an_error_never_the_raw_text(two_keys: Any, bad: str) -> None:
    with pytest.raises(crypto.CannotDecrypt):
        crypto.decrypt(bad, aad="x")


def test_a_flipped_bit_is_noticed(two_keys: Any) -> None:
    token = crypto.encrypt("secret", aad="x")
    # In the middle: the last letters of base64 hold bits that nobody reads.
    flipped = token[:-12] + ("A" if token[-12] != "A" else "B") + token[-11:]
    with pytest.raises(crypto.CannotDecrypt):
        crypto.decrypt(flipped, aad="x")


def test_rotation_moves_to_the_first_key(settings: Any, two_keys: dict[str, bytes]) -> None:
    settings.ENCRYPTION_KEYS = {"old": two_keys["old"]}
    token = crypto.encrypt("secret", aad="x")
    settings.ENCRYPTION_KEYS = two_keys
    assert not crypto.is_newest(token)
    moved = crypto.reseal(token, aad="x")
    assert moved.startswith("v1.new.")
    settings.ENCRYPTION_KEYS = {"new": two_keys["new"]}
    assert crypto.decrypt(moved, aad="x") == "secret"


def test_empty_stays_empty(two_keys: Any) -> None:
    assert crypto.encrypt("", aad="x") == ""
    assert crypto.decrypt("", aad="x") == ""
    assert crypto.keyed_hash("") == ""


def test_bytes_come_back_as_they_were(two_keys: Any) -> None:
    body = b"\x00\xff{not json"
    assert crypto.decrypt_bytes(crypto.encrypt_bytes(body, aad="w"), aad="w") == body


def test_addresses_are_found_whatever_their_case_and_blanks() -> None:
    assert crypto.keyed_hash(" Buyer@Example.com ") == crypto.keyed_hash("buyer@example.com")
    assert crypto.keyed_hash("a@example.com") != crypto.keyed_hash("b@example.com")
