"""Pages about asks and disclosures: ask, answer, approve, keep, audit."""
