"""The law as one compiled loop over flat arrays (numba).

All state lives in arrays handed in from outside: the kernel can stop at any instant and go on, and growing
an array or taking a copy of a run is the same thing. It allocates nothing, and most helpers are inlined.
The story is the same as in `sim.engines.reference`, and so are the words. Read `records`, then `loop`.
"""
