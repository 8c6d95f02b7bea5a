"""Tweets in Django admin, with how far their delivery is."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Max, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from timeline import visibility
from timeline.admin.large_tables import LargeTableAdmin
from timeline.forms.text import WrittenTextField
from timeline.forms.tweet import TweetForm
from timeline.models import Comment, Like, TimelineEntry, Tweet, User
from timeline.models.tweet import MAX_LENGTH, Delivery, TweetQuerySet
from timeline.pages import TWEET_ID
from timeline.sweep import push_again

# Text is searched in so many of the newest ids: no index helps, and this takes a fraction of a second.
SEARCHED = 100_000


class TweetTextForm(TweetForm):
    """A tweet of whoever is chosen as its author."""

    text = WrittenTextField(label=_("Text"), max_length=MAX_LENGTH)


class DeliveryFilter(admin.SimpleListFilter):
    """How far the delivery is."""

    title = _("delivery")
    parameter_name = "delivery"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return Delivery.choices

    def queryset(self, request: HttpRequest, queryset: TweetQuerySet) -> TweetQuerySet:  # type: ignore[override]
        sets = {
            Delivery.WAITING: queryset.waiting,
            Delivery.DELIVERED: queryset.delivered,
            Delivery.FAILED: queryset.failed,
        }
        chosen = self.value() or ""
        return sets[Delivery(chosen)]() if chosen in Delivery.values else queryset


@admin.register(Tweet)
class TweetAdmin(LargeTableAdmin):
    """Tweets. One that is added here travels like every other."""

    form = TweetTextForm
    list_display = ("id", "author", "__str__", "created_at", "delivery", "attempts")
    list_display_links = ("id", "__str__")
    list_filter = (DeliveryFilter,)
    list_select_related = ("author",)
    search_fields = ("id", "author", "text")
    search_help_text = _("An id, the user name of an author, or a part of the text of a recent tweet.")
    autocomplete_fields = ("author",)
    actions = ("fan_out_again",)
    fieldsets = (
        (None, {"fields": ("author", "text")}),
        (_("Delivery"), {"fields": ("created_at", "delivery", "delivered_at", "due_at", "attempts", "failure")}),
    )
    readonly_fields = ("created_at", "delivery", "delivered_at", "due_at", "attempts", "failure")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj else self.fieldsets[:1]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Another author would have other friends, into whose timelines nothing would bring the tweet.
        return (*self.readonly_fields, "author") if obj else self.readonly_fields

    @admin.display(description=_("delivery"))
    def delivery(self, tweet: Tweet) -> str:
        """Return in words how far the delivery of a tweet is."""
        return str(tweet.delivery.label)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Find tweets by id, by author, or by a part of the text of the newest."""
        if not search_term:
            return queryset, False
        # What can be known beforehand is asked first: each alternative then has its index.
        authors = list(User.objects.called(search_term).values_list("pk", flat=True))
        newest = Tweet.objects.aggregate(newest=Max("pk"))["newest"] or 0
        found = Q(author__in=authors) | Q(pk__gt=newest - SEARCHED, text__icontains=search_term)
        if TWEET_ID.fullmatch(search_term):  # Django knows that no id is beyond 64 bits
            found |= Q(pk=int(search_term))
        return queryset.filter(found), False

    def goes_with(self, ids: list[int]) -> dict[type[Model], QuerySet]:
        # The entries by their tweet would need an index that they do not have; this is who must have one.
        return {
            TimelineEntry: visibility.entries_of(Tweet.objects.filter(pk__in=ids)),
            Like: Like.objects.filter(tweet__in=ids),
            Comment: Comment.objects.filter(tweet__in=ids),
        }

    @admin.action(description=_("Fan out again"), permissions=["change"])
    def fan_out_again(self, request: HttpRequest, queryset: TweetQuerySet) -> None:
        """Deliver the chosen tweets once more from the beginning."""
        # Before it happens: afterwards a list of failed tweets has lost them.
        LogEntry.objects.log_actions(request.user.pk or 0, queryset, CHANGE, "Fanned out again.")
        again = push_again(queryset)
        if again.pushed:
            text = ngettext(
                "%(count)d tweet is on its way again.", "%(count)d tweets are on their way again.", again.pushed
            )
            self.message_user(request, text % {"count": again.pushed}, messages.SUCCESS)
        if again.left:
            text = ngettext(
                "The broker is away: %(count)d tweet waits for the sweeper, which pushes it again.",
                "The broker is away: %(count)d tweets wait for the sweeper, which pushes them again.",
                again.left,
            )
            self.message_user(request, text % {"count": again.left}, messages.WARNING)
