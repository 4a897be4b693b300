"""A participant's own pages: their conversations, details, pauses, and leaving."""
