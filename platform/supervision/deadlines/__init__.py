"""Deadlines: how long, until which day, and why that day (Arts. 19, 20)."""
