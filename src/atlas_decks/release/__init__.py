"""A release: what changed in a learner's words, and everything that is published with it, as files to put in place."""
