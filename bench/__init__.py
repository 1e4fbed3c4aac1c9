"""What compares: plan, measure, record, analyse, show; imports point from right to left."""
