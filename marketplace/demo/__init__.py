"""The demonstration: a living market of invented producers, loaded by `flask demo load`.

Everything is invented and marked so; the same seed gives the same data, with dates relative to the day of loading.
"""
