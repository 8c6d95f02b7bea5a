"""Edge lists: text files of a graph, two ids a line, as SNAP publishes them (https://snap.stanford.edu/data/)."""

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

# What gzip files begin with, whatever they are called: https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1
GZIP = b"\x1f\x8b"
# Two ids of the greatest length fit several times; whatever is longer is no line of an edge list.
LONGEST_LINE = 4096
# How much of a broken line is shown.
SHOWN = 80
# What a user name may consist of.
ID = re.compile(r"[\w.@+-]+")


class EdgeListError(Exception):
    """The file cannot be read as an edge list. The message says where, and shows the line."""


@dataclass
class Graph:
    """A graph without directions.

    Attributes:
        ids: of everybody in the file, in the order in which they first appear.
        edges: positions in `ids`, the smaller one first; each edge once.
        loops: how many lines join an id to itself; they are no edges.
        lines: how many lines hold two ids.
    """

    ids: list[str] = field(default_factory=list)
    edges: set[tuple[int, int]] = field(default_factory=set)
    loops: int = 0
    lines: int = 0


def read(path: Path, *, longest_id: int) -> Graph:
    """Read an edge list, plain or compressed with gzip, into memory.

    Blank lines and lines that begin with # are skipped. An edge that is there twice, or in both directions, counts
    once.

    Args:
        longest_id: how many characters an id may have.

    Raises:
        EdgeListError: a line is broken, or the file is damaged.
        OSError: the file cannot be read.
    """
    graph = Graph()
    positions: dict[str, int] = {}
    for number, line in lines_of(path):
        ids = line.split()
        if not ids or ids[0].startswith("#"):
            continue
        if len(ids) != 2:
            raise broken(number, line, _("expected two ids"))
        for name in ids:
            check_id(name, number, line, longest_id)
        one, other = (positions.setdefault(name, len(positions)) for name in ids)
        graph.lines += 1
        if one == other:
            graph.loops += 1
        else:
            graph.edges.add((min(one, other), max(one, other)))
    graph.ids = list(positions)
    return graph


def check_id(name: str, number: int, line: str, longest: int) -> None:
    """Check that an id can be part of a user name.

    Raises:
        EdgeListError: it cannot.
    """
    if len(name) > longest:
        raise broken(number, line, _("an id has more than %(most)d characters") % {"most": longest})
    if not ID.fullmatch(name) or not name.strip("."):
        raise broken(number, line, _("an id consists of letters, digits and @ . + - _ only"))


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield each line with its number, from 1.

    Raises:
        EdgeListError, OSError: as `read` does.
    """
    with path.open("rb") as file:
        plain = gzip.GzipFile(fileobj=file) if file.peek(2).startswith(GZIP) else file
        try:
            # Never more than a piece of a line at once: a file of another kind may be one line of gigabytes.
            for number, raw in enumerate(iter(partial(read_line, plain), b""), start=1):
                yield number, decoded(number, raw)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise EdgeListError(_("The compressed file is damaged: %(reason)s.") % {"reason": error}) from error


def read_line(file: IO[bytes] | Any) -> bytes:
    """Return the next line, of a line that is far too long its beginning, and b"" at the end."""
    return file.readline(LONGEST_LINE + 1)


def decoded(number: int, raw: bytes) -> str:
    """Return a line as text.

    Raises:
        EdgeListError: it is none.
    """
    if len(raw) > LONGEST_LINE:
        raise broken(number, raw, _("far too long"))
    try:
        # A byte order mark, as some editors put it first, is no part of the first id.
        return raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError:
        raise broken(number, raw, _("not text in UTF-8")) from None


def broken(number: int, line: str | bytes, reason: str) -> EdgeListError:
    """Return the error for a line, with its number and its content."""
    content = repr(line.strip())
    shown = content if len(content) <= SHOWN else f"{content[:SHOWN]}…"
    return EdgeListError(
        _("Line %(number)d: %(reason)s: %(line)s") % {"number": number, "reason": reason, "line": shown}
    )
