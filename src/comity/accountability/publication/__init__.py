"""What the public may know: rows of their own, read by a role of the database that reads nothing else."""
