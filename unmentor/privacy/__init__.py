"""What a person has a right to: leave, export, and that nothing is kept for longer than it is needed."""
