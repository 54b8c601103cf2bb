"""eBay's REST calls: tokens, headers, limits, and failures as `ChannelError`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from channels_app.adapters.base import ChannelError, Failure, Ours, Session, SignInAgain, TryAgain
from channels_app.adapters.ebay import budget, failures
from channels_app.adapters.ebay.app_token import application_token
from channels_app.adapters.ebay.config import LANGUAGE, hosts
from realtrack.core import http

# A call that hangs is given up after this; the work behind it is a row and is tried again.
TIMEOUT_SECONDS = 15.0
_BAD_TOKEN = {401, 403}
_patience: ContextVar[float | None] = ContextVar("ebay_patience", default=None)


@contextmanager
def hurried(seconds: float | None) -> Iterator[None]:
    """Give up each call of the block after so long, at the first try: somebody waits for a page."""
    kept = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(kept)


class EbayError(ChannelError):
    """A refused call, with what eBay wrote."""

    def __init__(self, *found: Failure, status: int, errors: Sequence[Mapping[str, Any]]) -> None:
        self.status = status
        self.errors = errors
        super().__init__(*found)

    def has(self, error_id: str) -> bool:
        """Say whether one of the errors has this id."""
        return any(str(error.get("errorId")) == error_id for error in self.errors)

    @property
    def is_lag(self) -> bool:
        """Say whether all that is wrong may be lag after our own write."""
        return bool(self.errors) and all(
            failures.is_lag(one, failures.parameters_of(error))
            for one, error in zip(self.failures, self.errors, strict=True)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A good answer: its parsed body ({} where it has none) and warnings."""

    status: int
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def warnings(self) -> list[str]:
        """What eBay warns of, in its words."""
        rows = self.body.get("warnings") or [] if isinstance(self.body, dict) else []
        return [str(row.get("longMessage") or row.get("message") or "") for row in rows]


def user_call(
    session: Session,
    api: str,
    method: str,
    path: str,
    *,
    json: Any = None,
    params: Mapping[str, str] | None = None,
    files: Any = None,
    headers: Mapping[str, str] | None = None,
    bulk: bool = False,
) -> Reply:
    """Call for a seller; a rejected token is renewed once. `bulk` reads the rows of any status."""
    answer = _user_answer(
        session, api, method, path, json=json, params=params, files=files, headers=headers
    )
    return _judged(answer, bulk=bulk)


def user_file(session: Session, api: str, path: str) -> bytes:
    """Fetch a file for a seller, as its bytes."""
    answer = _user_answer(session, api, "GET", path)
    if answer.status >= 400:
        _judged(answer)
    return answer.content


def _user_answer(session: Session, api: str, method: str, path: str, **given: Any) -> http.Answer:
    token = session.token("")
    for is_second in (False, True):
        answer = _send(f"ebay:{session.connection_id}", api, method, path, token=token, **given)
        if answer.status not in _BAD_TOKEN or is_second or not _is_about_token(answer):
            return answer
        token = session.token(token)
    raise AssertionError  # the loop returns or raises


def app_call(
    api: str,
    method: str,
    path: str,
    *,
    json: Any = None,
    params: Mapping[str, str] | None = None,
) -> Reply:
    """Call for the application."""
    token = application_token()
    for is_second in (False, True):
        answer = _send("ebay:app", api, method, path, token=token, json=json, params=params)
        if answer.status not in _BAD_TOKEN or is_second or not _is_about_token(answer):
            try:
                return _judged(answer)
            except EbayError as error:
                raise _not_a_sellers(error) from error
        token = application_token(rejected=token)
    raise AssertionError  # the loop returns or raises


def _not_a_sellers(error: EbayError) -> EbayError:
    """A refused application token is no seller's business: nobody can sign in again for it."""
    found = [
        Ours(reason=one.reason, error_id=one.error_id, domain=one.domain)
        if isinstance(one, SignInAgain)
        else one
        for one in error.failures
    ]
    return EbayError(*found, status=error.status, errors=error.errors)


def _send(
    service: str,
    api: str,
    method: str,
    path: str,
    *,
    token: str,
    json: Any = None,
    params: Mapping[str, str] | None = None,
    files: Any = None,
    headers: Mapping[str, str] | None = None,
) -> http.Answer:
    budget.take(api, service)
    base = hosts().get(api, hosts()["api"])
    sent = {
        **(headers or {}),
        "Authorization": f"Bearer {token}",
        "Accept": "application/json",
        # Both, on every Inventory call: reads are refused without the second one.
        "Content-Language": LANGUAGE,
        "Accept-Language": LANGUAGE,
    }
    if json is not None:
        sent["Content-Type"] = "application/json"
    patience = _patience.get()
    try:
        answer = http.request(
            service, method, base + path, headers=sent, params=params, json=json, files=files,
            timeout=patience or TIMEOUT_SECONDS, attempts=1 if patience else 2,
            # A document that is put whole may be put twice.
            idempotent=method in {"GET", "PUT"},
        )  # fmt: skip
    except http.NoAnswer as error:
        raise no_answer(error) from error
    if answer.status == 429:
        budget.refused(api, service, seconds=answer.retry_after)
    return answer


def no_answer(error: http.NoAnswer) -> ChannelError:
    """Nothing came back: whether eBay acted is unknown, so the same is sent again later."""
    words = {
        http.Failure.TIMEOUT: "eBay did not answer in time.",
        http.Failure.NETWORK: "eBay cannot be reached.",
        http.Failure.CIRCUIT_OPEN: "eBay does not answer; it is left alone for a moment.",
    }
    after = error.retry_after if error.failure is http.Failure.CIRCUIT_OPEN else 5.0
    return ChannelError(TryAgain(reason=words[error.failure], after=after))


def _is_about_token(answer: http.Answer) -> bool:
    """401, or a 403 that some endpoints give for an ended token."""
    if answer.status == 401:
        return True
    try:
        body = answer.json()
    except ValueError:
        return False
    rows = body.get("errors") or [] if isinstance(body, dict) else []
    return any(isinstance(row, dict) and row.get("errorId") == 1100 for row in rows)


def _judged(answer: http.Answer, *, bulk: bool = False) -> Reply:
    body: Any = {}
    if answer.content:
        try:
            body = answer.json()
        except ValueError:
            if answer.status < 400:
                raise EbayError(
                    TryAgain(reason="eBay answered with a page instead of data.", after=5.0),
                    status=answer.status,
                    errors=[],
                ) from None
    if bulk and isinstance(body, dict) and "responses" in body:
        return Reply(status=answer.status, body=body, headers=answer.headers)
    if answer.status < 400:
        return Reply(status=answer.status, body=body, headers=answer.headers)
    found = failures.failures_of(body, status=answer.status, retry_after=answer.retry_after)
    rows = body.get("errors") or [] if isinstance(body, dict) else []
    errors = [row for row in rows if isinstance(row, dict)]
    raise EbayError(*found, status=answer.status, errors=errors)


def in_path(value: str) -> str:
    """Percent-encode a value, such as a SKU, for a path."""
    return quote(value, safe="")


def last_part(reply: Reply) -> str:
    """The id at the end of a Location header."""
    return str(reply.headers.get("location", "")).rstrip("/").rpartition("/")[2]
