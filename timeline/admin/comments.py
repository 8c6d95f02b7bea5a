"""Comments in Django admin, to look at and to remove."""

from typing import Any

from django.contrib import admin
from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from timeline.admin.large_tables import LargeTableAdmin
from timeline.models import Comment, User

# Text is searched in so many of the newest ids: no index helps, and this takes a fraction of a second.
SEARCHED = 100_000


@admin.register(Comment)
class CommentAdmin(LargeTableAdmin):
    """Comments. Nobody writes or changes one in somebody else's name; a moderator deletes it."""

    list_display = ("id", "author", "__str__", "created_at", "tweet")
    list_display_links = ("id", "__str__")
    list_select_related = ("author", "tweet")
    search_fields = ("author", "text")
    search_help_text = _("The user name of an author, or a part of the text of a recent comment.")
    fields = readonly_fields = ("author", "text", "tweet", "reply_to", "created_at")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Find comments by author, or by a part of the text of the newest."""
        if not search_term:
            return queryset, False
        # What can be known beforehand is asked first: each alternative then has its index.
        authors = list(User.objects.called(search_term).values_list("pk", flat=True))
        newest = Comment.objects.aggregate(newest=Max("pk"))["newest"] or 0
        return queryset.filter(Q(author__in=authors) | Q(pk__gt=newest - SEARCHED, text__icontains=search_term)), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
