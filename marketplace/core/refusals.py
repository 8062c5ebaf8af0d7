"""What a service says when it will not do a thing, and why: a sentence for the person who asked."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """The act is not done and nothing has changed; the sentence says how to mend it."""

    def __init__(self, sentence: Any, *, field: str | None = None, detail: Any = None) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.field = field
        self.detail = detail


class NotSeen(Exception):
    """The thing does not exist for this actor (404)."""


class Forbidden(Exception):
    """The actor may see the thing but not do this with it (403)."""
