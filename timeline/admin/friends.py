"""Friend requests and friendships in Django admin."""

from itertools import chain
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from timeline import friendships
from timeline.admin.large_tables import LargeTableAdmin
from timeline.locks import own_authors
from timeline.models import FriendRequest, Friendship, User


class PairAdmin(LargeTableAdmin):
    """Something between two people, which is made and ended, never changed.

    Attributes:
        pair: the fields that name the two.
    """

    pair: tuple[str, str]
    search_help_text = _("The user name of either.")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Find what a person takes part in."""
        if not search_term:
            return queryset, False
        # The ids first: each side then has its index to look them up in.
        ids = list(User.objects.called(search_term).values_list("pk", flat=True))
        one, other = self.pair
        return queryset.filter(Q(**{f"{one}__in": ids}) | Q(**{f"{other}__in": ids})), False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(FriendRequest)
class FriendRequestAdmin(PairAdmin):
    """Open requests, to look at and to remove. Nobody asks in somebody else's name: add a friendship instead."""

    pair = ("sender", "receiver")
    search_fields = pair
    list_display = ("id", *pair, "created_at")
    list_select_related = pair
    fields = readonly_fields = (*pair, "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Friendship)
class FriendshipAdmin(PairAdmin):
    """Friendships, each one once, though two rows are stored; they are made and ended with both."""

    pair = ("user", "friend")
    search_fields = pair
    list_display = ("id", *pair, "created_at")
    list_select_related = pair
    autocomplete_fields = pair
    fields = (*pair, "created_at")
    readonly_fields = ("created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Friendship]:
        return Friendship.objects.filter(user__lt=F("friend"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.fields if obj else self.pair

    def save_model(self, request: HttpRequest, obj: Friendship, form: ModelForm, change: bool) -> None:
        """Make both rows and fill both timelines."""
        friendships.befriend(obj.user_id, obj.friend_id)
        # The row that the list shows.
        first, second = sorted((obj.user_id, obj.friend_id))
        obj.pk = Friendship.objects.get(user=first, friend=second).pk

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Friendship]) -> None:
        """End the friendships with both rows, and in both timelines."""
        pairs = list(queryset.values_list("user", "friend"))
        with transaction.atomic():
            # All at once: one pair after the other could deadlock with somebody who is at work.
            own_authors(chain.from_iterable(pairs))
            for one, other in pairs:
                friendships.unfriend(one, other)
