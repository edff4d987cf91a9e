"""Benchmarks: what the node can carry on this machine, measured beside the limit it is compared with."""
