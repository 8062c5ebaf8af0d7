"""Who may see and change products."""
