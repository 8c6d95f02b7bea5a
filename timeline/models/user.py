"""A person of the circle."""

from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Lower, Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from timeline.search import SearchKeyField, begins_with


class LookBack(models.IntegerChoices):
    """How many days friends may look back; 0 is without an end."""

    ALL = 0, _("without an end")
    HALF_YEAR = 180, _("half a year")
    MONTH = 30, _("a month")
    THREE_DAYS = 3, _("three days")


class UserQuerySet(models.QuerySet["User"]):
    """Sets of people."""

    def friends_of(self, user: "User") -> Self:
        """Return the people who are friends with `user`."""
        return self.filter(friendships__friend=user)

    def named(self, text: str) -> Self:
        """Return the people whose user name or name begins with `text`, in any case."""
        return self.filter(begins_with("username_key", text) | begins_with("name_key", text))

    def called(self, username: str) -> Self:
        """Return the person of that user name, in any case, by the unique index; `iexact` would compare UPPER()."""
        # The database lowers both: its idea of lower case may differ from Python's.
        return self.alias(lower_username=Lower("username")).filter(lower_username=Lower(Value(username)))

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the people with all that is theirs, also from their friends' timelines."""
        from timeline import photos
        from timeline.friendships import leave_circle
        from timeline.models import Photo

        with transaction.atomic():
            leave_circle(list(self.order_by("pk").values_list("pk", flat=True)))
            photos.discard(Photo.objects.filter(owner__in=self))
            return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class UserManager(DjangoUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Makes people; log-in ignores the case of the user name, as the unique constraint does."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person of that user name, in any case."""
        return self.called(username or "").get()


class User(AbstractUser):
    """A person. One `name` serves every culture better than first and last names do."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=60, blank=True)

    last_seen_at = models.DateTimeField(_("last seen"), db_default=Now(), editable=False)
    is_dormant = models.BooleanField(
        _("dormant"),
        db_default=False,
        editable=False,
        help_text=_("Has not been here for long: gets no timeline entries until they return."),
    )

    username_key = SearchKeyField(of="username")
    name_key = SearchKeyField(of="name")

    about = models.CharField(_("about oneself"), max_length=160, blank=True)
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        choices=settings.LANGUAGES,
        help_text=_("Empty: what the browser prefers."),
    )
    look_back = models.PositiveSmallIntegerField(
        _("friends may look back"), choices=LookBack.choices, default=LookBack.ALL, db_default=LookBack.ALL
    )

    objects = UserManager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [
            # Whose name begins with what somebody types.
            models.Index(fields=["username_key"], name="user_search_username"),
            models.Index(fields=["name_key"], name="user_search_name"),
            # The sweeper: who has not been here for long.
            models.Index(fields=["last_seen_at"], name="user_awake_since", condition=Q(is_dormant=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_ignoring_case",
                violation_error_message=_("A user with that username already exists."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the person, and with a name always its search key."""
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, *(f"{name}_key" for name in ("username", "name") if name in fields)}
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.username])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete this person with all that is theirs, also from their friends' timelines."""
        return User.objects.filter(pk=self.pk).delete()
