"""Scope: how the words around a mention turn it — refused, denied, asked about, said of somebody else."""
