"""One file a verb of `python -m replication`; verbs parse, lock and write, and hold no science."""
