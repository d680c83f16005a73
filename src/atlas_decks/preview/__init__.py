"""The site of all cards: the very HTML and CSS that goes into the packages, with search and filters; and the book.

`make_site` makes its files; `write_site` puts them into a folder, `LiveSite` and `make_live_server` serve them.
"""

from atlas_decks.preview.folder import write_site
from atlas_decks.preview.live import LiveSite, make_live_server
from atlas_decks.preview.site import make_site

__all__ = ["LiveSite", "make_live_server", "make_site", "write_site"]
