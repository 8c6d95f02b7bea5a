"""Search keys: names as they are compared when somebody looks for the beginning of one.

Case, width and accents that are written differently compare equal, in every script, on both databases alike: keys are
bytes, and bytes are compared as they are.
"""

import unicodedata
from typing import Any

from django.db import models
from django.db.models import Q

# Nothing in UTF-8 sorts behind it.
LAST = b"\xff"


def search_key(text: str) -> bytes:
    """Return the key of a name, or of its beginning."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip().encode()


def begins_with(field: str, text: str) -> Q:
    """Return the condition that the name behind a key field begins with `text`; an index of the field answers it."""
    key = search_key(text)
    return Q(**{f"{field}__gte": key, f"{field}__lt": key + LAST})


class SearchKeyField(models.BinaryField):
    """The search key of another field of the same row, kept up to date by whatever saves the row.

    Args:
        of: the name of the other field.
    """

    def __init__(self, *, of: str, **options: Any) -> None:
        self.of = of
        super().__init__(**{"editable": False, "default": b"", **options})

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes:
        key = search_key(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, key)
        return key
