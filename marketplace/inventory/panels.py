"""What inventory shows in other pages."""
