"""The photos of a new tweet."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from timeline.limits import TooManyError, spend
from timeline.models import Photo, User
from timeline.models.tweet import MOST_PHOTOS
from timeline.photos import DraftGoneError, describe, drafts_of, upload
from timeline.photos.reading import ACCEPT, MOST_BYTES, too_large

logger = logging.getLogger(__name__)

# What a photo shows, in words.
ALT = forms.CharField(required=False, max_length=Photo._meta.get_field("alt").max_length)


class SeveralFilesInput(forms.ClearableFileInput):
    """A file picker that takes several files."""

    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Any number of files."""

    widget = SeveralFilesInput(attrs={"accept": ACCEPT})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Return the files as they were sent; what they are worth shows when they are read."""
        return [file for file in data or [] if file]


class PhotosForm(forms.Form):
    """The photos of a new tweet of `owner`: drafts that the page knows by their keys, and files sent with the tweet.

    Validating it takes the files in, so that they are drafts, too, and stay in the page whatever else is refused. The
    data hold `photo` (a key, repeated, in order), `alt-<key>` and `leave-out` (a key, repeated); the files, `added`.

    Args:
        counted: how many of the files the limit of uploads has counted already.

    Attributes:
        drafts: the photos in their order, after validation those that can be posted.
    """

    added = SeveralFilesField(label=gettext_lazy("Photos"), required=False)

    def __init__(
        self,
        owner: User,
        data: MultiValueDict[str, str] | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        counted: int = 0,
    ) -> None:
        super().__init__(data, files)
        self.counted = counted
        self.sent: MultiValueDict[str, str] = data or MultiValueDict()
        self.owner = owner
        self.drafts: list[Photo] = []

    def clean(self) -> dict[str, Any]:
        self._find_drafts()
        self._describe()
        for number, file in enumerate(self.cleaned_data.get("added", [])):
            self._take_in(file, is_counted=number < self.counted)
        if len(self.drafts) > MOST_PHOTOS:
            self.add_error("added", too_many())
        return self.cleaned_data

    def _find_drafts(self) -> None:
        leaving = keys_in(self.sent.getlist("leave-out"))
        wanted = [key for key in keys_in(self.sent.getlist("photo")) if key not in leaving]
        self.drafts = drafts_of(self.owner, wanted)
        if len(self.drafts) < len(set(wanted)):
            self.add_error("added", DraftGoneError())

    def _describe(self) -> None:
        texts = {}
        for photo in self.drafts:
            try:
                texts[photo.key] = ALT.clean(self.sent.get(f"alt-{photo.key}", photo.alt))
            except ValidationError as error:
                self.add_error("added", error)
        describe(self.drafts, texts)

    def _take_in(self, file: UploadedFile, *, is_counted: bool) -> None:
        """Make a draft of a file, if there is room for it."""
        try:
            if len(self.drafts) >= MOST_PHOTOS:
                raise too_many()
            if not is_counted:
                spend("upload", self.owner.pk)
            self.drafts.append(upload(self.owner, file))
        except ValidationError as error:
            self._refuse(file, " ".join(error.messages))
        except TooManyError as error:
            self._refuse(file, str(error))
        except OSError as error:
            logger.error("a photo could not be stored: %s", error)
            self._refuse(file, _("This photo could not be stored right now. Try again later."))

    def _refuse(self, file: UploadedFile, why: str) -> None:
        # The name is isolated: it may be in any script.
        self.add_error("added", _("%(file)s: %(error)s") % {"file": f"\u2068{file.name}\u2069", "error": why})

    @property
    def limits(self) -> dict[str, object]:
        """What scripts need to know before they send anything: the limits, and what to say about them."""
        return {
            "photos": MOST_PHOTOS,
            "bytes": MOST_BYTES,
            "too_many": too_many().messages[0],
            "too_large": too_large().messages[0],
        }

    def refuse(self, error: DraftGoneError) -> None:
        """Say that posting found a photo gone, and leave out of the page what is."""
        self.add_error("added", error)
        self.drafts = drafts_of(self.owner, [photo.key for photo in self.drafts])


def keys_in(texts: Iterable[str]) -> list[UUID]:
    """Return the keys that were sent; a text that is none was not made by our page, and names no photo."""
    keys = []
    for text in texts:
        with suppress(ValueError):
            keys.append(UUID(text))
    return keys


def too_many() -> ValidationError:
    """Return the refusal of the tenth photo."""
    return ValidationError(
        ngettext("A post has room for %(limit)d photo.", "A post has room for %(limit)d photos.", MOST_PHOTOS),
        code="too-many",
        params={"limit": MOST_PHOTOS},
    )
