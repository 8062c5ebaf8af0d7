"""What people read of requests, quotes and agreements."""
