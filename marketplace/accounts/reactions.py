"""How the outbox finds people and organisations."""
