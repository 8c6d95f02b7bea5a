"""`manage.py import_friends FILE`"""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from timeline import edge_list
from timeline.graph_import import Imported, SamePersonError, import_graph
from timeline.models import User

LONGEST_NAME = User._meta.get_field("username").max_length or 0


class Command(BaseCommand):
    help = (
        "Imports a graph of friends from an edge list: two ids a line, # begins a comment, plain or gzip."
        " Whoever has an id's user name is that person, everybody else is made, without a password. A line that joins"
        " an id to itself is skipped and counted. If anything is wrong, nothing is imported."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the edge list")
        parser.add_argument(
            "--username-prefix", default="", help="comes before each id in the user name (default: none)"
        )

    def handle(self, *args: Any, file: Path, username_prefix: str, **options: Any) -> None:
        started = time.monotonic()
        graph = read(file, username_prefix)
        hidden = options["verbosity"] == 0 or not sys.stderr.isatty()
        with tqdm(total=len(graph.edges), unit=" friendships", disable=hidden) as bar:
            try:
                imported = import_graph(graph, prefix=username_prefix, advance=bar.update)
            except SamePersonError as error:
                raise CommandError(error) from error
        if options["verbosity"] > 0:
            self.report(imported, graph, time.monotonic() - started)

    def report(self, imported: Imported, graph: edge_list.Graph, seconds: float) -> None:
        """Print what was done."""
        lines = [
            _("People: %(new_people)d new, %(known_people)d known."),
            _("Friendships: %(new_friendships)d new, %(known_friendships)d known."),
            _("Skipped: %(loops)d lines that join an id to itself, %(repeated)d that say the same again."),
            _("Tweets brought to new friends: %(entries)d."),
            _("Took %(seconds).1f s, %(rate)d friendships a second."),
        ]
        values = {
            **vars(imported),
            "loops": graph.loops,
            "repeated": graph.lines - graph.loops - len(graph.edges),
            "seconds": seconds,
            "rate": len(graph.edges) / seconds,
        }
        for line in lines:
            self.stdout.write(line % values)


def read(file: Path, prefix: str) -> edge_list.Graph:
    """Return the graph in the file.

    Raises:
        CommandError: it cannot be read, or its ids with this prefix are no user names.
    """
    check_prefix(prefix)
    try:
        return edge_list.read(file, longest_id=LONGEST_NAME - len(prefix))
    except OSError as error:
        raise CommandError(
            _("%(file)s cannot be read: %(reason)s.") % {"file": file, "reason": error.strerror or error}
        ) from error
    except edge_list.EdgeListError as error:
        raise CommandError(_("%(file)s: %(problem)s") % {"file": file, "problem": error}) from error


def check_prefix(prefix: str) -> None:
    """Check that user names can begin like this.

    Raises:
        CommandError: they cannot.
    """
    try:
        if prefix:
            UnicodeUsernameValidator()(prefix)
        if len(prefix) >= LONGEST_NAME:
            raise ValidationError(_("It leaves no room for an id."))
    except ValidationError as error:
        values = {"prefix": repr(prefix), "reason": " ".join(error.messages)}
        raise CommandError(_("--username-prefix is %(prefix)s. %(reason)s") % values) from error
