"""What inventory does by itself."""
