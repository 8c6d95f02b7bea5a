"""How far back timelines are stored."""

from typing import Any

from django.db import models
from django.db.models import Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _


class Retention(models.Model):
    """One row at the most: entries are stored for the tweets from `floor` on.

    What is older is read from the friends' tweets directly. Only `timeline.retention` raises the floor.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    floor = models.BigIntegerField(_("first stored tweet"))

    class Meta:
        verbose_name = _("retention")
        verbose_name_plural = _("retention")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="retention_one_row")]

    def __str__(self) -> str:
        return str(self.floor)

    @staticmethod
    def current_floor() -> Any:
        """Return the floor as an expression, so that it costs no query of its own; 0 keeps everything."""
        return Coalesce(Subquery(Retention.objects.filter(pk=1).values("floor")), 0)
