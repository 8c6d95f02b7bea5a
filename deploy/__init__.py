"""Starting Trellis and keeping it running; no part of the product itself."""
