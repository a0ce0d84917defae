"""Accountability: measures against organs and persons, who imposes them, defence and review (Article 21)."""
