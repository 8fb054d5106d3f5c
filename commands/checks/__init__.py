"""What ``check`` looks at, one part a file; each finding is green, yellow or red and carries its remedy."""
