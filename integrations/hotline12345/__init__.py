"""The 12345 hotline of a city: its work orders come in, progress and results go back (Art. 17; docs/channels.md)."""
