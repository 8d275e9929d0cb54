"""A run as other programs read it: tables, event logs, object-centric logs, metrics in simulated time."""
