"""What may happen to tokens, kept answers and webhooks."""
