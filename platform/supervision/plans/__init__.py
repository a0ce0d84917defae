"""The yearly supervision plan of a supervising organ, and what became of it (Arts. 5, 11)."""
