"""The gate as one writes it in Ciw: a network of nodes with transition probabilities.

Ciw stops when so many have left, so the next trucks are already inside: less than 0.1 % of the work.
"""

from __future__ import annotations

import ciw

from benchmarks.peers.plan import GAP, QUARANTINE, RED, STATIONS, YELLOW, Notes, Station, Told

NAMES = list(STATIONS)


def run(trucks: int, seed: int) -> Told:
    """Simulate until so many trucks have left."""
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(1 / GAP), *[None] * (len(NAMES) - 1)],
        service_distributions=[service(station) for station in STATIONS.values()],
        number_of_servers=[station.servers for station in STATIONS.values()],
        routing=[[row.get(to, 0.0) for to in NAMES] for row in routes().values()],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(trucks, method="Finish")
    return told(simulation)


def service(station: Station) -> ciw.dists.Distribution:
    if station.cv is None:
        return ciw.dists.Exponential(1 / station.mean)
    return ciw.dists.Lognormal(station.log_mean, station.log_sd)


def routes() -> dict[str, dict[str, float]]:
    """From station to station: probability."""
    after = {"quar": QUARANTINE, "pay": 1 - QUARANTINE}
    green = 1 - YELLOW - RED
    return {
        "barrier": {"docs": 1.0},
        "docs": {"reg": 1.0},
        "reg": {"yellow": YELLOW, "red": RED} | {to: green * share for to, share in after.items()},
        "yellow": after,
        "red": after,
        "quar": {"pay": 1.0},
        "pay": {"yard": 1.0},
        "yard": {"exit": 1.0},
        "exit": {},
    }


def told(simulation: ciw.Simulation) -> Told:
    """From Ciw's records of visits; those still inside do not count."""
    notes = Notes()
    for individual in simulation.nodes[-1].all_individuals:
        records = individual.data_records
        notes.times.append(records[-1].exit_date - records[0].arrival_date)
        for record in records:
            notes.wait(NAMES[record.node - 1], record.waiting_time)
    return notes.told()
