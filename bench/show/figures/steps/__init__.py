"""Pictures that play by themselves: a training step or a call, line by line as it was recorded."""
