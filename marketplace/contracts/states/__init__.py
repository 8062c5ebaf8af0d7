"""What requests, quotes, agreements and everything that hangs on them can be."""
