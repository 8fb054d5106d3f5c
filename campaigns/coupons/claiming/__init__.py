"""How copies are taken: claims in one commit, the rules that say no, the pace, who may not."""
