"""The static site of all cards: the very HTML and CSS that goes into the packages, with search and filters."""

from atlas_decks.preview.site import make_site, write_site

__all__ = ["make_site", "write_site"]
