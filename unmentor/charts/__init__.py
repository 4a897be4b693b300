"""Charts as numbers: where each shape stands. Templates draw them, as SVG with a title and a table beside it. Pure."""
