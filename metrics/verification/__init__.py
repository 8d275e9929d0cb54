"""Checks of the programs by theory, by the laws and by a second engine: what `cuakhau verify` does.

A *case* is a scenario whose theory is known. It is written in the language, goes the way of every scenario,
and each of its figures is held against a formula by an equivalence test. The tests judge the same cases at a
wider margin. Agreement proves the programs; whether a model resembles a gate, nothing here can tell.
"""
