"""The window of its own that a sign-in runs in: which pages keep their hold of each other."""

from __future__ import annotations

from typing import TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

Answer = TypeVar("Answer", bound=HttpResponseBase)

_POLICY = "Cross-Origin-Opener-Policy"
_FLAG = "channels-sign-in-window"


def begin(request: HttpRequest) -> bool:
    """Remember whether the sign-in that begins now runs in a window of its own."""
    request.session[_FLAG] = request.GET.get("popup") == "1"
    return bool(request.session[_FLAG])


def ended(request: HttpRequest) -> bool:
    """Tell whether the sign-in that ends now ran in a window of its own, and forget it."""
    return bool(request.session.pop(_FLAG, False))


def opens(answer: Answer) -> Answer:
    """Let the page keep its hold of a window that goes to another site and comes back."""
    answer[_POLICY] = "same-origin-allow-popups"
    return answer


def within(answer: Answer) -> Answer:
    """An answer on the way through that window: with the usual policy it could not close itself."""
    answer[_POLICY] = "unsafe-none"
    return answer
