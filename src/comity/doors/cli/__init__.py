"""The command line: `menu` says what there is to type (no Django), the modules beside it do it on an opened node.

Whoever may start a command here keeps the node: acting `--as` a post is recorded in the ledger as that post's act.
Exit codes: 0 done, 1 done or found not well (a finding, a fault of the node), 2 what was given cannot be used.
"""
