"""The directory at the console: agencies, their areas and posts, task forces; no person."""
