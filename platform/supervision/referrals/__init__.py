"""Referrals to discipline inspection and to criminal justice: sealed, with deadlines, known to a named few."""
