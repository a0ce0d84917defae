"""Indicators counted from the records, kept for every organ, level and month, and read exactly at any moment."""
