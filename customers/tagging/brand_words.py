"""Brand words: the names a text must not be cut within — what the brand sells, how it looks, where it is sold."""

from __future__ import annotations

from customers.tagging.lexicon import Kind, Lexicon
from models import Store

_NAMING = frozenset({Kind.THING, Kind.QUALITY})
# A word of the lexicon with one of these is a turn of speech ("别太贵", "棉的", "上班穿"): its parts are the words.
_SPOKEN = frozenset("的了太有不没无别么给能可点穿送好")


async def list_brand_words(lexicon: Lexicon) -> list[str]:
    """Names in the lexicon and of the stores, as written, each once."""
    stores = await Store.all().values_list("name", flat=True)
    return list(dict.fromkeys([*name_words(lexicon), *map(str, stores)]))


def name_words(lexicon: Lexicon) -> list[str]:
    """The lexicon's vocabulary and the words of its tags that name things or qualities."""
    named = (tag for group in lexicon.groups.values() if group.kind in _NAMING for tag in group.tags)
    words = (word.text for tag in named for word in tag.words)
    return [*lexicon.vocabulary, *(word for word in words if _SPOKEN.isdisjoint(word))]
