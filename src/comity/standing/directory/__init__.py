"""Agencies, units, posts and their holders, officers, task forces, contact points."""
