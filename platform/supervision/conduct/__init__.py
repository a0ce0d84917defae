"""Complaints about supervisors: examined by the competent organ above, never by their own (Art. 23)."""
