"""Benchmarks: every claim of speed or memory, side by side with something in the same run."""
