"""What stands before anyone acts: who, what law, what training, what agreement."""
