"""Yearly commendation of organs and persons (Art. 6)."""
