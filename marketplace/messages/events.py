"""What conversations tell the features above them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublicQuestionsChanged:
    """What stands in public beside a thing (`product` and its slug) has become more or less."""

    subject_kind: str
    subject_ref: str
