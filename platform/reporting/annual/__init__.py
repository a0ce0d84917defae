"""The yearly report and plan of every enforcement organ, sent in, received and published (Art. 12)."""
