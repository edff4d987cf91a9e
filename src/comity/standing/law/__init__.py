"""Authorities, rule packs, element catalogue, purposes; counsel's approval of each rule."""
