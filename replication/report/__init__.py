"""Tables, figures and the page: what a reader sees of the runs and the verdicts."""
