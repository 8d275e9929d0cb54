"""The common gate in other programs, to compare with."""
