"""Who may change stock."""
