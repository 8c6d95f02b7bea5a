"""How much somebody has done lately, for the limits."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Allowance(models.Model):
    """How often something was done in the minute that began at `began_at`.

    Attributes:
        key: what was done and by whom: an action with a person's id or an address.
    """

    key = models.CharField(_("key"), max_length=80, primary_key=True)
    began_at = models.DateTimeField(_("since"), db_default=Now())
    used = models.PositiveIntegerField(_("used"), default=0)

    class Meta:
        verbose_name = _("allowance")
        verbose_name_plural = _("allowances")

    def __str__(self) -> str:
        return f"{self.key}: {self.used}"
