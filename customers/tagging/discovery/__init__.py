"""Discovery's parts: what no tag covers, what holds together like a word, what rises, where it would belong."""
