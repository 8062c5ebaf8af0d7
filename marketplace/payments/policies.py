"""Payments: policies."""
