"""Asking the people who know: a questionnaire for each agency, and what their answers make of a scenario."""
