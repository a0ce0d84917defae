"""Registers of officers, certificates, training, examinations and enforcement bodies (Arts. 6, 10)."""
