"""Orders: panels."""
