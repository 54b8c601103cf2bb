"""The environment: everything wrong is told at once, and production refuses what is unsafe."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from realtrack.embedded.layout import PROJECT_ROOT
from realtrack.settings.reader import Reader

KEY = "0123456789abcdef" * 4
OTHER_KEY = "fedcba9876543210" * 4
NO_POSTGRES = "is no address that starts with postgres or postgresql"
GOOD_PRODUCTION = {
    "REALTRACK_ENV": "production",
    "PUBLIC_BASE_URL": "https://parts.example",
    "ALLOWED_HOSTS": "parts.example",
    "SECRET_KEY": "s" * 50,
    "JWT_SECRET": "j" * 50,
    "ENCRYPTION_KEYS": f"k1:{KEY}",
    "EMAIL_HASH_KEY": OTHER_KEY,
}


def faults(variables: dict[str, str], state: Path) -> list[str]:
    """Return what a start with this environment complains of, a line each."""
    done = subprocess.run(
        [sys.executable, "-m", "realtrack.supervisor.settings_check"],
        cwd=PROJECT_ROOT,
        env={
            "PATH": os.environ["PATH"],
            "REALTRACK_VAR": str(state),
            # How coverage follows into processes that tests start.
            **{name: value for name, value in os.environ.items() if name.startswith("COV")},
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    found = [line.removeprefix("  - ") for line in done.stderr.splitlines() if "  - " in line]
    assert bool(found) == (done.returncode != 0), done.stderr
    return found


def test_nothing_is_needed_for_development(tmp_path: Path) -> None:
    assert faults({}, tmp_path) == []
    secrets = tmp_path / "secrets" / "development.json"
    assert secrets.stat().st_mode & 0o777 == 0o600
    before = secrets.read_text(encoding="ascii")
    assert faults({}, tmp_path) == []
    assert secrets.read_text(encoding="ascii") == before


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    assert faults(
        {
            "PORT": "eighty",
            "SANDBOX_PORT": "70000",
            "DEBUG": "perhaps",
            "PUBLIC_BASE_URL": "parts.example",
            "DATABASE_URL": "mysql://h/db",
            "THROTTLE_LONG": "5/fortnight",
            "JWT_EXPIRY": "soon",
            "ENCRYPTION_KEYS": "k1:abcd",
            "EMAIL_HASH_KEY": "zz",
            "EBAY_ENVIRONMENT": "STAGING",
            "LOG_LEVEL": "LOUD",
        },
        tmp_path,
    ) == [
        "DEBUG is malformed: 'perhaps' is neither true nor false",
        "PORT is malformed: 'eighty' is no whole number from 1 to 65535",
        "SANDBOX_PORT is malformed: '70000' is no whole number from 1 to 65535",
        "PUBLIC_BASE_URL is malformed: 'parts.example' is no address that starts with http or https",
        f"DATABASE_URL is malformed: 'mysql://h/db' {NO_POSTGRES}",
        "THROTTLE_LONG is malformed: '5/fortnight' is no rate such as 100/minute",
        "JWT_EXPIRY is malformed: 'soon' is no time such as 900, 15m, 24h or 7d",
        "ENCRYPTION_KEYS is malformed: key 'k1' must be 32 bytes (64 hexadecimal digits)",
        "EMAIL_HASH_KEY is malformed: a key is neither hexadecimal nor base64",
        "LOG_LEVEL is malformed: 'LOUD' is none of DEBUG, INFO, WARNING, ERROR",
        "EBAY_ENVIRONMENT is malformed: 'STAGING' is none of PRODUCTION, SANDBOX",
    ]


def test_production_starts_with_what_it_needs(tmp_path: Path) -> None:
    assert faults(GOOD_PRODUCTION, tmp_path) == []
    assert not (tmp_path / "secrets").exists()


def test_production_names_every_missing_secret(tmp_path: Path) -> None:
    assert faults({"REALTRACK_ENV": "production"}, tmp_path) == [
        "PUBLIC_BASE_URL is missing",
        "SECRET_KEY is missing",
        "JWT_SECRET is missing",
        "ENCRYPTION_KEYS is missing",
        "EMAIL_HASH_KEY is missing",
        "ALLOWED_HOSTS is missing",
    ]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"DEBUG": "true"}, "DEBUG must be off in production"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must not be * in production"),
        (
            {"SECRET_KEY": "django-insecure-" + "x" * 40},
            "SECRET_KEY is a default or too short: take 40 random characters or more",
        ),
        ({"JWT_SECRET": "s" * 50}, "JWT_SECRET must differ from SECRET_KEY"),
        (
            {"EMAIL_HASH_KEY": KEY},
            "EMAIL_HASH_KEY must differ from every key of ENCRYPTION_KEYS",
        ),
        (
            {"EBAY_API_BASE": "http://127.0.0.1:8900"},
            "EBAY_API_BASE must not point at this machine in production",
        ),
        (
            {"SHOPIFY_BASE": "http://localhost:8900"},
            "SHOPIFY_BASE must not point at this machine in production",
        ),
        (
            {
                "EBAY_CLIENT_ID": "id",
                "EBAY_CLIENT_SECRET": "secret",
                "EBAY_RU_NAME": "name",
            },
            "EBAY_VERIFICATION_TOKEN is missing, but EBAY_CLIENT_ID is given",
        ),
    ],
)
def test_production_refuses(changed: dict[str, str], fault: str, tmp_path: Path) -> None:
    assert faults(GOOD_PRODUCTION | changed, tmp_path) == [fault]


def test_example_names_every_variable_and_no_other() -> None:
    # given
    example = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8")
    explained = set(re.findall(r"^([A-Z0-9_]+)=", example, re.MULTILINE))

    # when
    sources = [
        (PROJECT_ROOT / "realtrack" / "settings" / name).read_text(encoding="utf-8")
        for name in ("environment.py", "services.py")
    ]
    read = set(re.findall(r'read\.[a-z_]+\(\s*"([A-Z0-9_]+)"', "\n".join(sources)))
    read |= {"CHANNEL_ENCRYPTION_KEY", "COLUMN_ENCRYPTION_KEY"}  # read by one loop
    # The supervisor's own, and the state folder, which is settled before settings are read.
    read |= {"HOST", "WEB_PROCESSES", "REALTRACK_VAR"}

    # then
    assert explained == read


def reader(**variables: str) -> Reader:
    env = environ.Env()
    env.ENVIRON = variables
    return Reader(env)


def test_keys_keep_their_order() -> None:
    read = reader(KEYS=f"new:{KEY}, old:{OTHER_KEY}")
    assert list(read.keys("KEYS")) == ["new", "old"]
    assert read.keys("KEYS")["old"] == bytes.fromhex(OTHER_KEY)
    read.finish()


def test_single_key_without_id_is_number_one() -> None:
    assert reader(KEYS=KEY).keys("KEYS") == {"1": bytes.fromhex(KEY)}


def test_repeated_key_id_is_refused() -> None:
    read = reader(KEYS=f"a:{KEY},a:{OTHER_KEY}")
    assert read.keys("KEYS") == {}
    with pytest.raises(ImproperlyConfigured, match="each key needs an id of its own"):
        read.finish()


@pytest.mark.parametrize(
    ("text", "seconds"), [("900", 900), ("15m", 900), ("24h", 86400), ("7d", 604800)]
)
def test_periods(text: str, seconds: int) -> None:
    assert reader(P=text).seconds("P", 1) == seconds


def test_empty_value_counts_as_absent() -> None:
    read = reader(NAME="  ", MISSING="")
    assert read.text("NAME", "fallback") == "fallback"
    assert read.items("MISSING") == []
    assert read.text("MISSING") == ""
    assert read.faults == ["MISSING is missing"]


def test_lists_and_addresses_are_cleaned() -> None:
    read = reader(LIST=" a, b ,,c", URL="https://x.example/base/")
    assert read.items("LIST") == ["a", "b", "c"]
    assert read.url("URL") == "https://x.example/base"
