"""What the experiment shows, in figures that say how sure they are."""
