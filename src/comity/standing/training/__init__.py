"""Courses, dated credentials, eligibility over an interval."""
