"""A text whose author turned out to be signed out when they sent it, kept for them until they are back.

The form says in a signed field whose it is, since the session no longer does. The text lies in the session of that
browser, and only the same person ever gets it back; who else signs in there makes it vanish.
"""

from django.core import signing
from django.http import HttpRequest

from timeline.models import User

KEPT = "unsent"
# Enough for every text that fits, and for one that is far too long; a session shall not grow without an end.
MOST_LETTERS = 5000


def token_of(author: User) -> str:
    """Return what the form of a new tweet carries."""
    return signing.dumps(author.pk, salt=KEPT)


def keep(request: HttpRequest) -> bool:
    """Keep what a form has sent; return whether there is a text to keep, and somebody to keep it for."""
    try:
        author = signing.loads(request.POST.get("writer", ""), salt=KEPT)
    except signing.BadSignature:
        return False
    text = request.POST.get("text", "")[:MOST_LETTERS]
    if text:
        request.session[KEPT] = {"author": author, "text": text}
    return bool(text)


def take(request: HttpRequest) -> str:
    """Return the text that was kept for whoever is signed in, once, and forget it in any case."""
    if KEPT not in request.session:
        return ""
    kept = request.session.pop(KEPT)
    return kept["text"] if kept["author"] == request.user.pk else ""
