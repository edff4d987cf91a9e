"""Tasks and approvals: who is asked, by when, and the verdict that binds to a digest."""
