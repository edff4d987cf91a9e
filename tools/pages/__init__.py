"""The pages that are made from the code, a module each."""
