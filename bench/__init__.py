"""The benchmark: ratios measured in one run on one machine. `python3 dev.py bench` starts it."""
