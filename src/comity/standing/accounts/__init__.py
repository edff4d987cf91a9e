"""Who may sign in: accounts of officers, and what happened to them."""
