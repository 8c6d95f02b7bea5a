"""People in Django admin."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from timeline.admin.entries import entries_page
from timeline.admin.large_tables import LargeTableAdmin
from timeline.forms.account import SignUpForm
from timeline.models import Comment, FriendRequest, Friendship, Like, TimelineEntry, Tweet, User
from timeline.models.user import UserQuerySet
from timeline.pages import tweet_id_before

# What makes somebody staff: only a superuser may give or take it, or staff could make themselves superusers.
POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")
# What Trellis itself writes down.
SEEN = ("last_seen_at", "is_dormant")


class NewPersonForm(AdminUserCreationForm, SignUpForm):
    """A new person, with or without a password; the user name follows the rules of signing up."""


@admin.register(User)
class PersonAdmin(LargeTableAdmin, UserAdmin):
    """People, and from each one a way to their timeline."""

    list_display = ("username", "name", "is_active", "is_staff", "date_joined")
    list_display_links = ("username", "name")
    list_filter = ("is_active", "is_staff", "is_superuser")
    ordering = ("-pk",)
    sortable_by = ("username",)
    search_fields = ("username", "name", "email")
    search_help_text = _("The beginning of a user name or name, or a whole e-mail address.")
    add_form = NewPersonForm
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "name", "usable_password", "password1", "password2")}),
    )
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Personal info"), {"fields": ("name", "about", "email", "language", "look_back")}),
        (_("Permissions"), {"fields": ("is_active", *POWERS)}),
        (_("Important dates"), {"fields": ("date_joined", "last_login", *SEEN)}),
    )

    def get_urls(self) -> list[URLPattern]:
        """Add the page of a person's timeline entries."""
        page = self.admin_site.admin_view(self.timeline)
        return [path("<int:user_id>/timeline/", page, name="timeline_user_timeline"), *super().get_urls()]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[UserQuerySet | QuerySet, bool]:
        """Find people by the beginning of a name, also for the fields that complete themselves."""
        # Their requests are not cleaned, and PostgreSQL refuses the character.
        text = search_term.replace("\x00", "").strip()
        if not text:
            return queryset, False
        return queryset.filter(Q(pk__in=User.objects.named(text)) | Q(email__iexact=text)), False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return SEEN if request.user.is_superuser else (*SEEN, *POWERS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and is_in_reach(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and is_in_reach(request, obj)

    def goes_with(self, ids: list[int]) -> dict[type[Model], QuerySet]:
        return {
            Tweet: Tweet.objects.filter(author__in=ids),
            Friendship: Friendship.objects.filter(user__in=ids),
            FriendRequest: FriendRequest.objects.filter(Q(sender__in=ids) | Q(receiver__in=ids)),
            TimelineEntry: TimelineEntry.objects.filter(owner__in=ids),
            Like: either(Like.objects.filter(person__in=ids), Like.objects.filter(tweet__author__in=ids)),
            Comment: either(Comment.objects.filter(author__in=ids), Comment.objects.filter(tweet__author__in=ids)),
            LogEntry: LogEntry.objects.filter(user__in=ids),
        }

    def timeline(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """Show the stored timeline entries of a person, newest first, to read only."""
        owner = get_object_or_404(User, pk=user_id)
        if not self.has_view_permission(request, owner) or not request.user.has_perm("timeline.view_timelineentry"):
            raise PermissionDenied
        before = tweet_id_before(request)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Timeline of %(name)s") % {"name": owner},
            "opts": self.opts,
            "owner": owner,
            "page": entries_page(owner, before),
            "is_first": before is None,
        }
        return TemplateResponse(request, "admin/timeline/user/timeline.html", context)


def either(one: QuerySet, other: QuerySet) -> QuerySet:
    """Return the rows of two sets, each found by its own index; an OR of the two would read the whole table."""
    return one.model._default_manager.filter(pk__in=one.values("pk").union(other.values("pk")))


def is_in_reach(request: HttpRequest, person: User | None) -> bool:
    """Tell whether the user may change or delete a person at all: staff only if they are a superuser.

    Otherwise whoever may change people could set a superuser's password, and sign in as them.
    """
    return person is None or not (person.is_staff or person.is_superuser) or bool(request.user.is_superuser)
