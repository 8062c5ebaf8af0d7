"""Orders: reactions."""
