"""Floor 1: words and facilities that every feature uses; knows no feature and no request."""
