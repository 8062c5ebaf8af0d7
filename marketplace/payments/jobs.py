"""Payments: jobs."""
