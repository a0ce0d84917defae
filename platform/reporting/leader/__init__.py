"""One page for those who lead: an area's figures, its parts side by side, what is overdue longest (Arts. 4, 5, 11)."""
