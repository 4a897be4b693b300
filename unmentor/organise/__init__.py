"""The organiser's console: pages over the rooms below."""
