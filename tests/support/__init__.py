"""What several tests share: projects to edit, builds as users make them, a learner, pages of cards."""
