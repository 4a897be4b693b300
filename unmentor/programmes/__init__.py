"""Programmes: communities that run rounds, who takes part, and when they draw."""
