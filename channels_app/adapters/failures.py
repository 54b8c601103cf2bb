"""Why a marketplace did not do something, sorted by what must happen next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why something was not done. `error_id` and `domain` are the marketplace's, never its text."""

    reason: str
    error_id: str = ""
    domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryAgain(Failure):
    """It may work later without anyone's help; `after` seconds at least."""

    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInAgain(Failure):
    """The account's grant has ended; `revoked` when the seller took it away."""

    revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerMustFix(Failure):
    """A person must change something; `field` is our field's name where it is known."""

    field: str = ""
    # What would mend it, where that is known: (label, field, value).
    fix: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours(Failure):
    """We sent what no seller can mend."""


class ChannelError(Exception):
    """A call that failed, with all reasons; the first decides what happens next."""

    def __init__(self, *failures: Failure) -> None:
        self.failures = failures
        super().__init__(failures[0].reason)

    @property
    def first(self) -> Failure:
        """The reason that decides: a sign-in before a wait before a fix."""
        order = (SignInAgain, TryAgain, Ours, SellerMustFix)
        return min(self.failures, key=lambda one: order.index(type(one)))
