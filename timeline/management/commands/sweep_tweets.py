"""`manage.py sweep_tweets`"""

from typing import Any

from django.core.management.base import BaseCommand

from timeline.supervised import follow_parent, stop_on_signals
from timeline.sweep import Sweeper


class Command(BaseCommand):
    help = "Pushes tweets again whose delivery never finished, until it is told to stop (SIGTERM, Ctrl-C)."

    def handle(self, *args: Any, **options: Any) -> None:
        follow_parent()
        sweeper = Sweeper()
        stop_on_signals(sweeper.stop)
        sweeper.run()
