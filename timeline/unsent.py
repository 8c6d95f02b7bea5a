"""A post whose author turned out to be signed out when they sent it, kept for them until they are back.

The form says in a signed field whose it is, since the session no longer does. The post lies in the session of that
browser, and only the same person ever gets it back; who else signs in there makes it vanish.
"""

from dataclasses import asdict, dataclass, field

from django.core import signing
from django.http import HttpRequest

from timeline.forms.audience import ids_in
from timeline.models import User
from timeline.models.tweet import Audience

KEPT = "unsent"
# Enough for every text that fits, and for one that is far too long; a session shall not grow without an end.
MOST_LETTERS = 5000
# The same for friends who were ticked.
MOST_PEOPLE = 500


@dataclass(frozen=True)
class Unsent:
    """What somebody wanted to post, as they filled it in: a text for some must not come back as one for all."""

    text: str = ""
    audience: str = ""
    names: str = ""
    people: list[int] = field(default_factory=list)


def token_of(author: User) -> str:
    """Return what the form of a new tweet carries."""
    return signing.dumps(author.pk, salt=KEPT)


def keep(request: HttpRequest) -> bool:
    """Keep what a form has sent; return whether there is a text to keep, and somebody to keep it for."""
    try:
        author = signing.loads(request.POST.get("writer", ""), salt=KEPT)
    except signing.BadSignature:
        return False
    sent = request.POST
    kept = Unsent(
        text=sent.get("text", "")[:MOST_LETTERS],
        audience=sent.get("audience", "") if sent.get("audience") in Audience else "",
        names=sent.get("names", "")[:MOST_LETTERS],
        people=ids_in(sent.getlist("people"))[:MOST_PEOPLE],
    )
    if kept.text:
        request.session[KEPT] = {"author": author, "post": asdict(kept)}
    return bool(kept.text)


def take(request: HttpRequest) -> Unsent:
    """Return the post that was kept for whoever is signed in, once, and forget it in any case."""
    kept = request.session.pop(KEPT, {}) if KEPT in request.session else {}
    return Unsent(**kept["post"]) if kept.get("author") == request.user.pk and "post" in kept else Unsent()
