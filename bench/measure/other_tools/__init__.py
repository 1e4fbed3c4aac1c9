"""Other tools at the same work: what each of them says of a pair whose truth is known."""
