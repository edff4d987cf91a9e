"""Who the database lets a transaction be."""
