"""YAML text -> frozen models of the plan and of the subject files, with the position of every key."""
