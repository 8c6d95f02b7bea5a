"""Who sees a tweet."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from timeline.models import User
from timeline.models.tweet import TO_SOME, Audience

# Friends to tick; everybody else is named by their user name.
MOST_SHOWN = 50
MOST_NAMES = 200
BETWEEN_NAMES = re.compile(r"[\s,;，、；]+")


class AudienceForm(forms.Form):
    """For whom a tweet of `author` is: friends are ticked (`people`, ids), named (`names`), or both.

    Without an audience it is for all friends, as ever.

    Attributes:
        chosen: after validation the ids of the friends whom the audience names.
    """

    audience = forms.ChoiceField(label=gettext_lazy("Who sees it"), choices=Audience.choices, required=False)
    names = forms.CharField(
        label=gettext_lazy("User names of friends"),
        required=False,
        strip=True,
        max_length=5000,
        widget=forms.TextInput(attrs={"dir": "auto", "autocapitalize": "none", "autocomplete": "off"}),
    )

    def __init__(self, author: User, data: Any = None, chosen: Sequence[int] = (), **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.author = author
        self.chosen = ids_in(data.getlist("people")) if data else list(chosen)

    @property
    def friends(self) -> QuerySet[User]:
        """The friends to tick: those who are ticked already, and some more by name."""
        friends = User.objects.friends_of(self.author)
        ticked = list(friends.filter(pk__in=self.chosen).values_list("pk", flat=True)) if self.chosen else []
        some = list(friends.order_by("username").values_list("pk", flat=True)[:MOST_SHOWN])
        return User.objects.filter(pk__in=[*ticked, *some]).order_by("username")

    def clean_audience(self) -> Audience:
        return Audience(self.cleaned_data["audience"] or Audience.FRIENDS)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("audience") in TO_SOME and "names" in self.cleaned_data:
            friends = User.objects.friends_of(self.author)
            ticked = friends.filter(pk__in=self.chosen).values_list("pk", flat=True)
            self.chosen = [*{*ticked, *self._named(self.cleaned_data["names"])}]
            if not self.chosen and not self.errors:
                self.add_error("names", _("Choose at least one friend."))
        return self.cleaned_data

    def _named(self, text: str) -> list[int]:
        """Return the friends of those user names; say who is none."""
        wanted = [name for name in (name.lstrip("@") for name in BETWEEN_NAMES.split(text)) if name]
        if len(wanted) > MOST_NAMES:
            self.add_error("names", _("At most %(limit)d names fit.") % {"limit": MOST_NAMES})
            return []
        found = friends_called(self.author, wanted)
        known = {name.lower() for name in found.values()}
        for name in wanted:
            if name.lower() not in known:
                # Isolated, since it may be in any script.
                self.add_error("names", _("You have no friend called %(name)s.") % {"name": f"\u2068{name}\u2069"})
        return list(found)


def friends_called(author: User, names: Sequence[str]) -> dict[int, str]:
    """Return the friends of those user names, in any case: their ids with the names as they write them."""
    friends = User.objects.friends_of(author).alias(lower_username=Lower("username"))
    wanted = [Lower(Value(name)) for name in names]
    return dict(friends.filter(lower_username__in=wanted).values_list("pk", "username"))


def ids_in(texts: Sequence[str]) -> list[int]:
    """Return the ids that were sent; a text that is none was not made by our page, and names nobody."""
    return [int(text) for text in texts if re.fullmatch(r"[1-9][0-9]{0,17}", text)]
