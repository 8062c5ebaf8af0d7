"""What people read of carts and orders."""
