"""Measures how fast the tool is, on curricula made from real diagrams."""
