"""Charts as SVG text: each a pure function of figures, styled by the page they stand in, readable in grey."""
