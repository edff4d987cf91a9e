"""Scheduled and woken work."""
