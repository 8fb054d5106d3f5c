"""What a brand would have without us: overlap of characters, and jieba with plain BM25."""
