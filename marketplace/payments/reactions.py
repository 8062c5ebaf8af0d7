"""Payments: reactions."""
