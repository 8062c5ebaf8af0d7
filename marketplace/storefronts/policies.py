"""Who may see shops and the desk."""
