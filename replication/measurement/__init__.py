"""What the harness measures: methods never grade themselves."""
