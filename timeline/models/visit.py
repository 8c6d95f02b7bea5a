"""Where somebody was in their home timeline."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Visit(models.Model):
    """The last visit of a person to their home page.

    Attributes:
        newest: the newest tweet that they have had before them, in this visit.
        marker: the newest one of the visit before: "you were here".
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="visit"
    )
    newest = models.BigIntegerField(_("newest tweet seen"), default=0)
    marker = models.BigIntegerField(_("newest tweet of the visit before"), default=0)
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")

    def __str__(self) -> str:
        return f"{self.person}: {self.newest}"
