"""`manage.py tube_stats`"""

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from timeline import alarms
from timeline.broker import BrokerUnavailableError
from timeline.tubes import Tube, tubes


class Command(BaseCommand):
    help = "Shows what each shard's tube holds and who takes from it, and what needs an operator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found, raised = tubes(), alarms.raised()
        except BrokerUnavailableError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps({"shards": [asdict(tube) for tube in found], "alarms": raised}))
            return
        for line in table(found):
            self.stdout.write(line)
        for text in raised.values():
            self.stdout.write(self.style.WARNING(f"! {text}"))


def table(found: Iterable[Tube]) -> Iterable[str]:
    """Return the tubes as lines in columns; a tube without a shard has a dash."""
    names = [field.name for field in fields(Tube)]
    yield row(names)
    for tube in found:
        yield row("-" if value is None else str(value) for value in asdict(tube).values())


def row(cells: Iterable[str]) -> str:
    """Return one line of the table."""
    shard, tube, *numbers = cells
    return f"{shard:>5}  {tube:<14}" + "".join(f"{number:>10}" for number in numbers)
