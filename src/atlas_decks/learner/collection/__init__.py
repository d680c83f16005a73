"""A learner's own collection, read only: our notes in it, the answers to them, and Anki's own figures of both."""
