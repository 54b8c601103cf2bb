"""What is said once everything answers."""

from __future__ import annotations

DEMO_PASSWORD = "realtrack-demo"  # noqa: S105  # made by the demo seed only, refused in production
_DEMO_USERS = (
    ("admin@demo.test", "everything, users and keys too"),
    ("manager@demo.test", "publishing, channels, refunds, settings"),
    ("user@demo.test", "listings, photos, stock, orders"),
    ("viewer@demo.test", "reads, buyers masked"),
)


def text(address: str, sandbox: str, *, seconds: float) -> str:
    """Return the last lines of a start: the address, the log-ins, what to try first.

    An empty `sandbox` means production, which has no demo.
    """
    lines = ["", f"RealTrack is ready after {seconds:.0f} s:  {address}"]
    if sandbox:
        lines += [
            f"Local marketplace:              {sandbox}",
            "",
            f"Log in with the password {DEMO_PASSWORD} as",
            *(f"  {email:<20}{what}" for email, what in _DEMO_USERS),
            "",
            "Try first:",
            "  1. Photos: put in a picture of a part with its label, wait for the draft, approve it.",
            "  2. Channels: connect eBay; its consent page here is the local marketplace's.",
            "  3. Publish the draft, open the local marketplace, search the part and buy it.",
            "  4. Orders: the sale arrives; the stock falls to 0 everywhere; the bell counts it.",
        ]
    lines += [
        "",
        "Ctrl-C or make stop ends everything. Logs of each process: log/ in the state folder.",
    ]
    return "\n".join(lines) + "\n"
