"""Diagram -> notes: note types, templates, fields."""
