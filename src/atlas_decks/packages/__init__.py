"""Notes -> .apkg: the ledger, the log of releases, the packages and what is kept of the last build."""
