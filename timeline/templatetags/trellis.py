"""What templates need to know that views do not tell them."""

from datetime import datetime

from django import template
from django.template.context import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from timeline import links
from timeline.models import User
from timeline.overview import Overview, overview_of

register = template.Library()

# The stylesheet has this many colours for people without a picture.
COLOURS = 8

# Texts beyond either are folded to four lines: they have more, however wide the page is.
FOLDED_LETTERS = 360
FOLDED_LINES = 5


@register.simple_tag(takes_context=True)
def overview(context: Context) -> Overview:
    """Return what every page tells whoever is signed in, in one query, or none if the view has asked already."""
    return context.get("overview") or overview_of(context["user"])


@register.filter
def linked(text: str) -> SafeString:
    """Return a text with its addresses and mentions as links, and all else escaped."""
    return links.linked(text)


@register.filter
def is_long(text: str) -> bool:
    """Tell whether a text is folded where many tweets stand."""
    return len(text) > FOLDED_LETTERS or text.count("\n") + 1 > FOLDED_LINES


@register.filter
def ago(moment: datetime, now: datetime | None = None) -> str:
    """Return how long ago something was, in its largest unit; the date after a week."""
    age = (now or timezone.now()) - moment
    if age.total_seconds() < 60:
        return _("just now")
    if age.days < 7:
        return _("%(time)s ago") % {"time": timesince(moment, now, depth=1)}
    return date_format(timezone.localtime(moment))


@register.filter
def initial(person: User) -> str:
    """Return the letter that stands for a person's picture."""
    return str(person)[:1].upper()


@register.filter
def colour(person: User) -> int:
    """Return the number of a person's colour, always the same one."""
    return person.pk % COLOURS
