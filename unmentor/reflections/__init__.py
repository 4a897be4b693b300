"""Reflections: what people learned; written, looked at, public."""
