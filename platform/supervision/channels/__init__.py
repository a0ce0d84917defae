"""The channels that clues come by, and what is pooled of them (Arts. 15, 17)."""
