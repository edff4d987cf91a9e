"""Texts, versions, clauses, states; clauses compiled to rules; the rulebook."""
