"""The commands of `cuakhau`, a module each; importing them loads click and nothing heavy."""
