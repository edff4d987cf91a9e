"""The law at the console: rules, what they rest on, decision tables, releases, settings, words."""
