"""Floor 2: what every feature needs between HTTP and its services; knows no feature."""
