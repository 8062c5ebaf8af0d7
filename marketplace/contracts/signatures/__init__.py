"""PDF signatures: sealing, preparing, accepting; the only place that knows pyHanko, imported where it is used."""
