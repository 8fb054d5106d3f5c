"""How well and how fast customers are understood, beside jieba and a plain substring tagger."""
