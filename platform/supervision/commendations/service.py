"""Yearly commendation of organs and persons (Art. 6): the only door."""

from __future__ import annotations

from supervision.commendations.lists import nominate, open_list, review, take
from supervision.commendations.reading import candidates, head, listed, published, published_list, view
from supervision.commendations.views import (
    CommendationHead,
    CommendationRow,
    CommendationView,
    PublishedList,
    PublishedRow,
)

__all__ = [
    "CommendationHead",
    "CommendationRow",
    "CommendationView",
    "PublishedList",
    "PublishedRow",
    "candidates",
    "head",
    "listed",
    "nominate",
    "open_list",
    "published",
    "published_list",
    "review",
    "take",
    "view",
]
