"""Files that are whole or not at all, JSON Lines, sets of files moved into place, zip files, versions of packages."""
