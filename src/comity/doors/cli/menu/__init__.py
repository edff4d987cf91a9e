"""What there is to type. Imports nothing of Django: the work behind a command is imported once the node is open."""
