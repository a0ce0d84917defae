"""Licensing of enforcement and supervision certificates, and the two-year bar (Arts. 10(4), 21)."""
