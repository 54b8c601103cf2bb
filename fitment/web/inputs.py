"""What several pages do with what was sent: read an id, put a refusal into words."""

from __future__ import annotations

import uuid

from realtrack.core.errors import AppError


def fault_words(error: AppError) -> str:
    """Return a refusal as one text: what is said of the fields, else the message."""
    said = [text for texts in error.fields.values() for text in texts]
    return " ".join(said) or error.message


def sent_id(text: str) -> uuid.UUID:
    """Return the id that a form sent; one that nothing has where it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
