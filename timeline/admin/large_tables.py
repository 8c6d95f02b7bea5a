"""What all lists have in common: they stay usable however many rows there are."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from timeline.admin.counts import BoundedPaginator, count_up_to_most

# Rows that one action may touch: what a request can do in a few seconds, and send back in a form (Django's limit of
# 1,000 fields).
MOST_AT_ONCE = 500
# Names in the question before a deletion; the rest is in its figures.
MOST_NAMED = 20

# What Django shows before a deletion: the objects, counts by model, what the user must not delete, what is protected.
Deletion = tuple[list[Any], dict[str, int], set[str], list[str]]


class LargeTableAdmin(admin.ModelAdmin):
    """Newest first by primary key, no full counts, and deletions that are announced in figures."""

    paginator = BoundedPaginator
    show_full_result_count = False
    # Counting each choice of a filter reads the table once for each.
    show_facets = admin.ShowFacets.NEVER
    ordering = ("-pk",)
    # Sorting by a column without an index would read everything.
    sortable_by: ClassVar[tuple[str, ...]] = ()

    def goes_with(self, ids: list[int]) -> dict[type[Model], QuerySet]:
        """Return the rows, by model, that are deleted together with the objects of these ids."""
        return {}

    def get_deleted_objects(self, objs: QuerySet | Sequence[Model], request: HttpRequest) -> Deletion:
        """Return what a deletion takes with it, counted: listing it could mean thousands of rows."""
        found = list(objs)
        together = {model: count_up_to_most(rows) for model, rows in self.goes_with([row.pk for row in found]).items()}
        counts = {str(self.opts.verbose_name_plural): len(found)}
        counts |= {str(model._meta.verbose_name_plural): count for model, count in together.items() if count}
        lacking = {
            str(model._meta.verbose_name) for model in together if together[model] and not self.may(request, model)
        }
        if not all(self.has_delete_permission(request, row) for row in found):
            lacking.add(str(self.opts.verbose_name))
        names = [str(row) for row in found[:MOST_NAMED]]
        return names + ["…"] * (len(found) > MOST_NAMED), counts, lacking, []

    def may(self, request: HttpRequest, model: type[Model]) -> bool:
        """Tell whether the user may delete rows of a model; of one without an admin nobody is asked."""
        site = self.admin_site
        return not site.is_registered(model) or site.get_model_admin(model).has_delete_permission(request)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        """Write what the form has changed and nothing else: consumers may have written the rest since it was read."""
        changed = [field.name for field in self.opts.concrete_fields if field.name in form.changed_data]
        obj.save(update_fields=changed if change else None)

    def response_action(  # type: ignore[override]  # the stubs know an argument of a later Django
        self, request: HttpRequest, queryset: QuerySet
    ) -> HttpResponse | None:
        """Do what was chosen, unless it was chosen for more rows than one request can deal with."""
        is_for_all = request.POST.get("select_across", "0") not in ("", "0")
        if is_for_all and queryset.order_by()[: MOST_AT_ONCE + 1].count() > MOST_AT_ONCE:
            text = _("Nothing was done: at most %(most)d can be chosen at once. Narrow the list down first.")
            self.message_user(request, text % {"most": MOST_AT_ONCE}, messages.ERROR)
            return None
        return super().response_action(request, queryset)
