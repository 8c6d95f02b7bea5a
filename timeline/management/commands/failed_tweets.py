"""`manage.py failed_tweets`"""

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from timeline.models import Tweet
from timeline.models.tweet import TweetQuerySet
from timeline.sweep import push_again


class Command(BaseCommand):
    help = "Lists the tweets whose delivery was given up, with the reason, and retries them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        action = parser.add_mutually_exclusive_group()
        action.add_argument("--retry", type=int, metavar="ID", help="deliver this tweet again")
        action.add_argument("--retry-all", action="store_true", help="deliver all of them again")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, retry: int | None, retry_all: bool, **options: Any) -> None:
        failed = Tweet.objects.failed()
        if retry is not None:
            failed = failed.filter(pk=retry)
            if not failed.exists():
                raise CommandError(_("Tweet %(tweet)d is not among the failed ones.") % {"tweet": retry})
        if retry is not None or retry_all:
            self.retry(failed)
        else:
            for line in lines(failed.order_by("pk").iterator(), as_json=options["json"]):
                self.stdout.write(line)

    def retry(self, failed: TweetQuerySet) -> None:
        """Put the tweets back into their tubes."""
        again = push_again(failed)
        self.stdout.write(
            _("%(pushed)d tweets pushed again, %(left)d left to the sweeper because the broker is away.")
            % {"pushed": again.pushed, "left": again.left}
        )


def lines(tweets: Iterable[Tweet], *, as_json: bool) -> Iterable[str]:
    """Return one line for each tweet."""
    for tweet in tweets:
        if as_json:
            found = {"id": tweet.pk, "author": tweet.author_id, "attempts": tweet.attempts, "failure": tweet.failure}
            yield json.dumps(found)
        else:
            yield f"{tweet.pk}\tattempts={tweet.attempts}\t{tweet.failure}"
