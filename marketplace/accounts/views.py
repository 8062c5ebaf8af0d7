"""Signing in, up and out; my page."""
