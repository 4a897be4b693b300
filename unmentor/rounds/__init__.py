"""Rounds: draw → look → send → close."""
