"""What it means: visits, occupancy, indicators, statistics and their exposition."""
