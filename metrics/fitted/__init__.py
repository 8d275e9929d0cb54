"""From a log to a scenario: control flow, shares, times, capacities, arrivals, each with how sure it is."""
