"""`manage.py trim_timelines`"""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from timeline.retention import trim


class Command(BaseCommand):
    help = "Removes the stored entries of tweets older than TIMELINE_KEEP_DAYS; they stay readable from the tweets."

    def handle(self, *args: Any, **options: Any) -> None:
        trimmed = trim()
        if trimmed is None:
            self.stdout.write(_("TIMELINE_KEEP_DAYS is 0: everything is kept."))
            return
        text = _(
            "Entries are stored from tweet %(floor)d on; %(partitions)d partitions and %(entries)d entries removed."
        )
        self.stdout.write(text % {"floor": trimmed.floor, "partitions": trimmed.partitions, "entries": trimmed.entries})
