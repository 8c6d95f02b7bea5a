"""A timeline as Django makes it by default; a Django application without migrations."""
