"""Orders: policies."""
