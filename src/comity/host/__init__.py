"""The machine's side: database launcher, demonstration, benches, doctor, the `comity` command."""
