"""The stock pages of the desk."""
