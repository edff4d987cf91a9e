"""Clocks: every due date, how it came about, and what was done to it."""
