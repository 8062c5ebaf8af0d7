"""Orders: jobs."""
