"""Discipline inspection (Art. 18): sealed referrals go out, receipts and results come back."""
