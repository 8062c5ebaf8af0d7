"""What the catalogue does by itself."""
