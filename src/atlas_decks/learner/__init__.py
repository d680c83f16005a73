"""What a learner gets: how one package differs from another, and a real Anki collection."""
