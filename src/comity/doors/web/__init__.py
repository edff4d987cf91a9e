"""The console: pages for staff. Translates, authenticates, shows; no rules, no SQL."""
