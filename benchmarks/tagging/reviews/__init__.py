"""Product reviews by category: tags from lexicon scores, a linear model, and keywords as its only features."""
