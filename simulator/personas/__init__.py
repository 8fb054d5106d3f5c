"""The people who come on a shop day, by temper; each module lists its own as PERSONAS."""

from __future__ import annotations

from simulator.personas import bargains, complaints, expressive, families, hunters, minis, shoppers, wanderers
from simulator.personas.persona import Persona

PERSONAS: tuple[Persona, ...] = (
    *shoppers.PERSONAS,
    *families.PERSONAS,
    *bargains.PERSONAS,
    *hunters.PERSONAS,
    *complaints.PERSONAS,
    *wanderers.PERSONAS,
    *expressive.PERSONAS,
    *minis.PERSONAS,
)
