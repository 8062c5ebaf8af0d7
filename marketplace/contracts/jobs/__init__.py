"""What the worker does for agreements by itself."""
