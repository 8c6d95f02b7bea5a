"""`manage.py explain_delivery <tweet> <user>`"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from timeline.explain import explain_delivery
from timeline.management.people import person_named


class Command(BaseCommand):
    help = "Tells in one line why a person does or does not see a tweet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tweet", type=int, help="id of the tweet")
        parser.add_argument("user", help="user name")

    def handle(self, *args: Any, tweet: int, user: str, **options: Any) -> None:
        self.stdout.write(explain_delivery(tweet, person_named(user)))
