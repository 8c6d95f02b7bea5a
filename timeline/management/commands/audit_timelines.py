"""`manage.py audit_timelines`"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from tqdm import tqdm

from timeline import audit
from timeline.audit import Audit
from timeline.models import Tweet


class Command(BaseCommand):
    help = (
        "Recomputes from friendships and tweets what every timeline must hold, and compares. "
        "Exits with 1 when anything is missing or extra."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="add what is missing and remove what is extra")
        parser.add_argument("--json", action="store_true", help="print the findings as one JSON object")

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        if options["repair"]:
            repaired = self.walk(audit.repair, verbosity)
            self.report(repaired, as_json=options["json"])
            if not options["json"]:
                text = _("Repaired: %(missing)d entries added, %(extra)d removed.")
                self.stdout.write(text % {"missing": repaired.missing, "extra": repaired.extra})
            return
        found = self.walk(audit.compare, verbosity)
        self.report(found, as_json=options["json"])
        if not found.is_true:
            sys.exit(1)

    def walk(self, step: Callable[[range], Audit], verbosity: int) -> Audit:
        """Do a step for every range of owners, with a progress bar on a terminal, and add up."""
        ranges = list(audit.steps())
        bar = tqdm(ranges, unit_scale=audit.STEP, unit="people", disable=None if verbosity else True)
        return sum((step(owners) for owners in bar), Audit(tweets=Tweet.objects.count()))

    def report(self, found: Audit, *, as_json: bool) -> None:
        """Print what was found."""
        if as_json:
            self.stdout.write(json.dumps(asdict(found)))
            return
        text = _("%(tweets)d tweets, %(entries)d entries: %(missing)d missing, %(extra)d extra")
        self.stdout.write(text % asdict(found))
        if found.waiting or found.failed:
            text = _("Of the missing, %(waiting)d wait for their delivery, and %(failed)d belong to failed tweets.")
            self.stdout.write(text % asdict(found))
