"""The two programs that were compared in the thread, with the parts that they share."""
