"""Limits: how often somebody may do something in a minute, exact across all web processes.

A minute begins with the first thing done in it. Signing up and logging in are counted for an address, all else for a
person.
"""

import math
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from timeline.models import Allowance

P = ParamSpec("P")

MINUTE = timedelta(minutes=1)


class TooManyError(Exception):
    """Somebody has done something too often. The message is for them.

    Args:
        seconds: how long to wait.
    """

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        text = ngettext(
            "That was a little fast. Try again in %(seconds)d second.",
            "That was a little fast. Try again in %(seconds)d seconds.",
            seconds,
        )
        super().__init__(text % {"seconds": seconds})


def spend(action: str, who: str | int) -> None:
    """Count that somebody does something now.

    Args:
        action: one of `settings.LIMITS`.
        who: a person's id, or an address.

    Raises:
        TooManyError: they have done it as often as they may in a minute.
    """
    most = settings.LIMITS[action]
    if not most:
        return
    key = f"{action}:{who}"
    # Once more at the end: somebody may have begun the minute in this very moment.
    if not (_count(key, most) or _begin(key) or _count(key, most)):
        raise TooManyError(seconds_left(key))


def _count(key: str, most: int) -> bool:
    """Count within the minute that goes on. The database decides, so that of two requests at once each counts."""
    this_minute = Allowance.objects.filter(key=key, began_at__gt=Now() - MINUTE)
    return bool(this_minute.filter(used__lt=most).update(used=F("used") + 1))


def _begin(key: str) -> bool:
    """Begin a minute. Returns False if one goes on."""
    if Allowance.objects.filter(key=key, began_at__lte=Now() - MINUTE).update(began_at=Now(), used=1):
        return True
    try:
        with transaction.atomic():
            Allowance.objects.create(key=key, used=1)
    except IntegrityError:
        return False
    return True


def seconds_left(key: str) -> int:
    """Return how many seconds the minute of an allowance goes on, at least one."""
    age = ExpressionWrapper(Now() - F("began_at"), output_field=DurationField())
    gone = Allowance.objects.filter(key=key).values_list(age, flat=True).first() or MINUTE
    return max(1, math.ceil((MINUTE - gone).total_seconds()))


def forget_old() -> int:
    """Delete what was counted for minutes that are over. Returns how many rows there were."""
    return Allowance.objects.filter(began_at__lte=Now() - MINUTE).delete()[0]


def limited(
    action: str,
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponse]], Callable[Concatenate[HttpRequest, P], HttpResponse]
]:
    """Let the signed-in person use a view with POST as often as the limit of `action` says.

    It stands before `members_only`: whoever is not signed in is sent away without being counted.
    """

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def counted(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method == "POST" and request.user.pk:
                try:
                    spend(action, request.user.pk)
                except TooManyError as error:
                    return refuse(request, error)
            return view(request, *args, **kwargs)

        return counted

    return decorate


def refuse(request: HttpRequest, error: TooManyError) -> HttpResponse:
    """Say that it was too much: on top of what is there, or on a page of its own; "back" leads to what was written."""
    if getattr(request, "htmx", False):
        answer = render(request, "timeline/_gone.html", {"message": str(error)}, status=429)
        answer["HX-Reswap"] = "afterbegin"
    else:
        answer = render(request, "429.html", {"message": str(error)}, status=429)
    answer["Retry-After"] = str(error.seconds)
    return answer
