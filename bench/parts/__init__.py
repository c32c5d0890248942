"""What the benchmarks have in common: the station under load, what a process costs, and how figures are told."""
