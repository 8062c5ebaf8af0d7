"""The tests: they mirror marketplace/ and speak through the outside."""
