"""Payments: panels."""
