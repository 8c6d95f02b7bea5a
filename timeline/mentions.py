"""Mentions: whom a text calls by `@` and their user name."""

import re

# More than so many are not told of it.
MOST = 20

# An "@" that no e-mail address goes on with, and what user names may consist of.
MENTION = re.compile(r"(?<![A-Za-z0-9_.+@-])@([\w.+-]+)")
# What may end a user name, and usually ends a sentence.
ENDING = ".+-"


def names_in(text: str) -> set[str]:
    """Return the user names that a text mentions, as they stand there; also what else they may be without a full stop.

    A name ends with a space or a punctuation mark, also in scripts that put none between words.
    """
    names: set[str] = set()
    for name in MENTION.findall(text)[:MOST]:
        names |= {name, name.rstrip(ENDING)}
    return names - {""}
