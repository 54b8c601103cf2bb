"""Failures that only the marketplaces know."""

from __future__ import annotations

from typing import ClassVar

from realtrack.core.errors import Conflict, InvalidInput, NotAllowed


class ChannelNotAvailable(InvalidInput):
    """The marketplace is a name in the registry, without an adapter yet."""

    code: ClassVar[str] = "channel_not_available"
    default_message: ClassVar[str] = "This marketplace is not available yet."


class ConnectionUnusable(Conflict):
    """The account must be signed in again (or was disconnected) before it can be used."""

    code: ClassVar[str] = "connection_unusable"
    default_message: ClassVar[str] = "This account needs to be signed in again."


class OAuthStateInvalid(InvalidInput):
    """The sign-in was not begun here, by this person, in the last ten minutes; or it was used."""

    code: ClassVar[str] = "oauth_state_invalid"
    default_message: ClassVar[str] = (
        "This sign-in is not valid any more. Press Connect to begin again."
    )


class SignInDeclined(Conflict):
    """The seller pressed "Not now", or the marketplace refused the sign-in."""

    code: ClassVar[str] = "sign_in_declined"
    default_message: ClassVar[str] = "The marketplace did not grant access. Nothing was changed."


class BadSignature(NotAllowed):
    """A notification that the marketplace did not sign."""

    code: ClassVar[str] = "bad_signature"
    status: ClassVar[int] = 412
    default_message: ClassVar[str] = "The signature does not fit the body."
