"""The chaos drill: everything of Trellis breaks, again and again, and no tweet may be lost or doubled."""
