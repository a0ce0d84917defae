"""Schema history and the row-level security that goes with it."""
