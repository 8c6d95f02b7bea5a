"""`manage.py rebuild_timeline <user>`"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from timeline.management.people import person_named
from timeline.rebuild import rebuild_timeline


class Command(BaseCommand):
    help = "Makes one person's timeline anew from friendships and tweets; what is right stays untouched."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="user name")

    def handle(self, *args: Any, user: str, **options: Any) -> None:
        rebuilt = rebuild_timeline(person_named(user))
        self.stdout.write(
            _("%(user)s: %(added)d entries added, %(removed)d removed.")
            % {"user": user, "added": rebuilt.added, "removed": rebuilt.removed}
        )
