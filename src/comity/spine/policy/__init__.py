"""Facts and a rule slice in, a decision out. Pure."""
