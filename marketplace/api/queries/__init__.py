"""What the API and its pages read: tokens, webhooks, goods, and what belongs to a token's owner."""

from marketplace.api.queries.tokens import kept_answer, most_tokens_reached, token_by_ref, token_by_secret, tokens_of

__all__ = ["kept_answer", "most_tokens_reached", "token_by_ref", "token_by_secret", "tokens_of"]
