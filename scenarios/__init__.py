"""What the world is: the scenario language, its numbers, calendars and the library of scenarios."""
