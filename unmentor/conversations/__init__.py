"""Conversations: two people, or three, a time and a place to talk, and how it went."""
