"""What a learner's collection says of his way through the plan."""
