"""Who sees a tweet."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from timeline.models import User
from timeline.models.tweet import TO_SOME, Audience
from timeline.search import search_key

# Friends to tick; everybody else is named.
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
        label=gettext_lazy("Names of friends"),
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
        called = friends_called(self.author, wanted)
        for name in wanted:
            found = called.get(search_key(name), set())
            if len(found) != 1:
                self._refuse(name, is_somebody=bool(found))
        return [pk for found in called.values() for pk in found]

    def _refuse(self, name: str, *, is_somebody: bool) -> None:
        several = _("Several friends are called %(name)s. Give a user name.")
        nobody = _("You have no friend called %(name)s.")
        # Isolated, since it may be in any script.
        self.add_error("names", (several if is_somebody else nobody) % {"name": f"\u2068{name}\u2069"})


def friends_called(author: User, names: Sequence[str]) -> dict[bytes, set[int]]:
    """Return the ids of the friends of those names, by search key: of one user name, or of all who are called so."""
    friends = User.objects.friends_of(author)
    keys = [search_key(name) for name in names]
    # Somebody's user name is theirs, whatever others call themselves.
    return ids_by_key(friends, "name_key", keys) | ids_by_key(friends, "username_key", keys)


def ids_by_key(people: QuerySet[User], field: str, keys: Sequence[bytes]) -> dict[bytes, set[int]]:
    """Return the ids of those of the people whose search key is one of some, by key."""
    found: dict[bytes, set[int]] = defaultdict(set)
    for pk, key in people.filter(**{f"{field}__in": keys}).values_list("pk", field):
        found[bytes(key)].add(pk)
    return found


def ids_in(texts: Sequence[str]) -> list[int]:
    """Return the ids that were sent; a text that is none was not made by our page, and names nobody."""
    return [int(text) for text in texts if re.fullmatch(r"[1-9][0-9]{0,17}", text)]
