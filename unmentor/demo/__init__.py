"""A community to look at: people, past rounds, how their conversations went, and what they learned."""

from unmentor.demo.community import CannotFill, fill

__all__ = ["CannotFill", "fill"]
