"""`manage.py consume_tweets <shard>`"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from timeline.consumer import Consumer
from timeline.shards import all_shards
from timeline.supervised import ShardGuard, commit_without_waiting, follow_parent, stop_on_signals


class Command(BaseCommand):
    help = "Delivers the tweets of one shard to the timelines of friends, until it is told to stop (SIGTERM, Ctrl-C)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("shard", type=int, help="which shard, from 0 to TIMELINE_SHARDS-1")

    def handle(self, *args: Any, shard: int, **options: Any) -> None:
        if shard not in all_shards():
            last = len(all_shards()) - 1
            raise CommandError(f"There is no shard {shard}: TIMELINE_SHARDS={len(all_shards())} means 0 to {last}.")
        follow_parent()
        commit_without_waiting()
        consumer = Consumer(shard)
        stop_on_signals(consumer.stop)
        with ShardGuard(shard, give_up=consumer.stopping.is_set):
            consumer.run()
