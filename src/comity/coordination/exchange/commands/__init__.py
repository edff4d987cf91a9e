"""Writes of the exchange, one verb each."""
