"""How it runs: the network, chance, the clock, the engines and the record."""
