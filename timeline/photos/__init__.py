"""Photos: taken in, given to a tweet or shown as a person's picture, and cleared away when nobody uses them any more.

A photo begins as its owner's draft (`upload`). Then it is either attached to a tweet (`attach`, which `posting.post`
calls), or it becomes a picture (`set_picture`), or nobody wants it (`discard`; after a day, the sweeper).
"""

from timeline.photos.discarding import clear_away, discard
from timeline.photos.drafts import DraftGoneError, attach, describe, drafts_of, upload
from timeline.photos.files import path_of
from timeline.photos.people import remove_picture, set_picture
from timeline.photos.reading import PhotoRefusedError
from timeline.photos.rendering import Size

__all__ = [
    "DraftGoneError",
    "PhotoRefusedError",
    "Size",
    "attach",
    "clear_away",
    "describe",
    "discard",
    "drafts_of",
    "path_of",
    "remove_picture",
    "set_picture",
    "upload",
]
