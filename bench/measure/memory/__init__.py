"""Memory: the peak of one step, by three meters, and its profile."""
