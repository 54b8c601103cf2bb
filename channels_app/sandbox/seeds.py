"""What the marketplace holds at its first start and after a reset."""

from __future__ import annotations

import json
import os
import uuid
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from channels_app.sandbox import catalog
from channels_app.sandbox.gate import SCOPE

if TYPE_CHECKING:
    from channels_app.sandbox.errors import Json
    from channels_app.sandbox.store import Db

CLIENT_ID = "RealTrack-demo-SBX"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 (a well-known demo value, loopback only)
RU_NAME = "RealTrack-demo-RuName"
SELLERS = (("qZ8kPa1LsXy", "mhn-auto-parts"), ("rT4mWc9NvQe", "mhn-outlet"))
GRANTED = (
    "sell.inventory",
    "sell.account",
    "sell.fulfillment",
    "commerce.notification.subscription",
    "sell.marketing",
)
# sequences survive a reset: a number that was once an item number never comes back
_KEPT = {"sequences", "signing_keys"}


def accept_url() -> str:
    """Return the address to which the RuName sends accepted consents, unless it is set."""
    return os.environ.get("SANDBOX_ACCEPT_URL", "http://127.0.0.1:8000/api/channels/ebay/callback")


def allowed_scopes() -> str:
    """Return the scopes that the keyset holds, as eBay grants them to everyone."""
    names = [SCOPE, f"{SCOPE}/commerce.identity.readonly", f"{SCOPE}/sell.finances"]
    for name in GRANTED:
        names += [f"{SCOPE}/{name}", f"{SCOPE}/{name}.readonly"]
    return " ".join(names)


def new_signing_key(db: Db) -> str:
    """Make a P-256 key, let it sign from now on, and return its id; older keys stay served."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    kid = str(uuid.uuid4())
    db.run("UPDATE signing_keys SET current = 0")
    db.run("INSERT INTO signing_keys VALUES (?, ?, ?, 1)", kid, pem, db.stamp())
    return kid


def _policies(name_prefix: str) -> list[tuple[str, str, Json]]:
    common: Json = {
        "marketplaceId": "EBAY_MOTORS_US",
        "categoryTypes": [{"name": "ALL_EXCLUDING_MOTORS_VEHICLES", "default": True}],
    }
    free = {
        "sortOrder": 1,
        "shippingCarrierCode": "UPS",
        "shippingServiceCode": "UPSGround",
        "shippingCost": {"value": "0.0", "currency": "USD"},
        "freeShipping": True,
    }
    fulfilment: Json = {
        **common,
        "handlingTime": {"unit": "DAY", "value": 2},
        "shippingOptions": [
            {"optionType": "DOMESTIC", "costType": "FLAT_RATE", "shippingServices": [free]}
        ],
        "localPickup": False,
        "freightShipping": False,
        "globalShipping": False,
        "pickupDropOff": False,
    }
    returns: Json = {
        **common,
        "returnsAccepted": True,
        "returnPeriod": {"unit": "DAY", "value": 30},
        "returnShippingCostPayer": "SELLER",
        "refundMethod": "MONEY_BACK",
    }
    return [
        ("fulfillment", f"{name_prefix}Ground 2 days", fulfilment),
        ("payment", f"{name_prefix}Pay at once", {**common, "immediatePay": True}),
        ("return", f"{name_prefix}30 days, seller pays", returns),
    ]


def add_seller(db: Db, user_id: str, username: str, *, opted_in: bool = True) -> None:
    """Add a seller with one policy of each kind."""
    db.run(
        "INSERT INTO sellers VALUES (?, ?, ?, '50000.00', 5000, 1, 'en-US')",
        user_id,
        username,
        int(opted_in),
    )
    for kind, name, data in _policies(""):
        policy_id = str(db.next_id("policy", 261_234_567_010))
        full = {f"{kind}PolicyId": policy_id, "name": name, **data}
        db.run(
            "INSERT INTO policies VALUES (?, ?, ?, 'US', ?, ?)",
            policy_id,
            user_id,
            kind,
            name,
            json.dumps(full),
        )


def seed(db: Db) -> None:
    """Fill an empty file; one that has been filled only learns a changed SANDBOX_ACCEPT_URL."""
    url = accept_url()
    if db.one("SELECT 1 FROM applications"):
        if os.environ.get("SANDBOX_ACCEPT_URL"):
            sql = "UPDATE applications SET accept_url = ?, decline_url = ? WHERE client_id = ?"
            db.run(sql, url, url, CLIENT_ID)
        return
    db.run(
        "INSERT INTO applications VALUES (?, ?, ?, ?, ?, ?)",
        CLIENT_ID,
        CLIENT_SECRET,
        RU_NAME,
        url,
        url,
        allowed_scopes(),
    )
    for user_id, username in SELLERS:
        add_seller(db, user_id, username)
    catalog.seed(db)
    if not db.one("SELECT 1 FROM signing_keys"):
        new_signing_key(db)


def reset(db: Db) -> None:
    """Empty every table and seed anew; number sequences and signing keys go on."""
    tables = db.all("SELECT name FROM sqlite_master WHERE type = 'table'")
    for row in tables:
        if row["name"] not in _KEPT and not row["name"].startswith("sqlite_"):
            db.run(f"DELETE FROM {row['name']}")  # noqa: S608 (names of our own schema)
    seed(db)
