"""Where somebody was in their home timeline the last time: "you were here"."""

from datetime import datetime, timedelta

from django.utils import timezone

from timeline.models import Visit
from timeline.overview import Overview

# Whoever has been away for longer begins a new visit; less is a reload, or a look at another page.
AWAY = timedelta(minutes=10)
# How exact the moment of the last look is kept, so that most pages write nothing.
EXACT = timedelta(minutes=1)


def look(person: int, newest: int, overview: Overview, now: datetime | None = None) -> int:
    """Remember that somebody looks at their home page, in at most one write; return the tweet where they were.

    Args:
        newest: the id of the newest tweet on the page, 0 if it is empty.

    Returns:
        The newest tweet of the visit before, 0 if there was none.
    """
    now = now or timezone.now()
    before = Visit(newest=overview.newest or 0, marker=overview.marker or 0, at=overview.visited_at or now)
    is_new = overview.visited_at is not None and now - before.at > AWAY
    marker = before.newest if is_new else before.marker
    if overview.visited_at is None or newest > before.newest or now - before.at > EXACT:
        remember(Visit(person_id=person, newest=max(newest, before.newest), marker=marker, at=now))
    return marker


def remember(visit: Visit) -> None:
    """Store a visit in place of the one before, in one statement: two tabs do not disturb each other."""
    Visit.objects.bulk_create(
        [visit], update_conflicts=True, unique_fields=["person"], update_fields=["newest", "marker", "at"]
    )
