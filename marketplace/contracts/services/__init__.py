"""What may happen to requests, quotes, agreements and all that hangs on them: a module a noun."""
