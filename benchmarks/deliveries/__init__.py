"""Planning an audience, and sending what was planned: rate, memory and cost of each."""
