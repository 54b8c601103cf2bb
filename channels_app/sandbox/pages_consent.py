"""The consent page, plain HTML."""

from __future__ import annotations

from html import escape

from channels_app.sandbox.pages_layout import layout

_WORDS = {
    "": "View public data from eBay",
    "sell.inventory": "View and manage your inventory and offers",
    "sell.account": "View and manage your account settings",
    "sell.fulfillment": "View and manage your order fulfilments",
    "sell.finances": "View and manage your payment and order information",
    "commerce.identity.readonly": "View your user name and basic account data",
    "commerce.notification.subscription": "View and manage your event notification subscriptions",
}


def _describe(scope: str) -> str:
    short = scope.rpartition("api_scope")[2].lstrip("/")
    return _WORDS.get(short, _WORDS.get(short.removesuffix(".readonly"), short))


def consent(given: dict[str, str], sellers: list[str]) -> str:
    """Return the page on which a seller lets the application act for the shop."""
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(given.get(name, ""))}">'
        for name in ("client_id", "redirect_uri", "response_type", "scope", "state")
    )
    choices = "".join(
        f'<label class="choice"><input type="radio" name="seller" value="{escape(name)}"'
        f"{' checked' if index == 0 else ''}> {escape(name)}</label>"
        for index, name in enumerate(sellers)
    )
    rights = "".join(f"<li>{escape(_describe(scope))}</li>" for scope in given["scope"].split())
    return layout(
        "Grant application access",
        f"""<h1>Grant application access</h1>
<p><b>{escape(given["client_id"])}</b> asks to act for your shop:</p>
<ul>{rights}</ul>
<form method="post" action="/oauth2/consent">{hidden}
<fieldset><legend>Sign in as seller</legend>{choices}</fieldset>
<p class="row"><button name="decision" value="agree" data-testid="agree">Agree and continue</button>
<button name="decision" value="decline" class="plain" data-testid="decline">Not now</button></p>
</form>""",
    )
