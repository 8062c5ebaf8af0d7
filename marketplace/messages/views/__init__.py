"""The pages of conversations."""

from marketplace.messages.views import asking, judging, publishing, talking

__all__ = ["asking", "judging", "publishing", "talking"]
