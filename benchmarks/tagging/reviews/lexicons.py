"""Category tags from lexicon scores alone: a lexicon learnt from the training reviews, and the product's own."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from benchmarks.tagging.data import Review
from benchmarks.tagging.reviews.weights import weigh
from customers.tagging.lexicon import Group, Kind, Lexicon, TagRule, Word, as_matched, version_of
from customers.tagging.match import Hit, Tagger

_FEWEST, _STEP, _MOST = 3, 0.25, 8.0
_MARK, _SEEN = 3.84, 0.5  # chi² at 5 %; what a word that was never seen counts as

Cut = Callable[[str], Iterable[str]]


def learn(training: Sequence[Review], cut: Cut) -> Lexicon:
    """A group for each category with the words that stand in its reviews more often than by chance (chi²).

    A word speaks for one category only, where its log-odds are highest: a lexicon has no word twice. Its weight is
    what explains the training reviews best, in quarters as the product's lexicon has them.
    """
    texts = [set(cut(review.text)) for review in training]
    categories = [review.category for review in training]
    speaks_for = _telling(texts, categories)
    weights = weigh(texts, categories, speaks_for)
    words: dict[str, dict[float, list[Word]]] = defaultdict(lambda: defaultdict(list))
    for word, category in speaks_for.items():
        if weight := min(_MOST, round(weights[word] / _STEP) * _STEP):
            words[category][weight].append(Word(word, word))
    groups = [_group(category, by_weight) for category, by_weight in words.items()]
    return Lexicon({group.key: group for group in groups}, version_of(groups))


def _telling(texts: Sequence[set[str]], categories: Sequence[str]) -> dict[str, str]:
    holding: dict[str, Counter[str]] = defaultdict(Counter)
    for words, category in zip(texts, categories, strict=True):
        for word in words:
            if word.isalnum() and as_matched(word) == word:
                holding[word][category] += 1
    sizes = Counter(categories)
    best = {word: _best(counts, sizes) for word, counts in holding.items() if counts.total() >= _FEWEST}
    return {word: category for word, (category, odds, chi2) in best.items() if odds > 0 and chi2 >= _MARK}


def _best(counts: Counter[str], sizes: Counter[str]) -> tuple[str, float, float]:
    everywhere, total = counts.total(), sizes.total()
    category = max(sorted(counts), key=lambda each: counts[each] / sizes[each])
    there, size = counts[category], sizes[category]
    others, rest = everywhere - there, total - size
    odds = math.log((there + _SEEN) / (size - there + _SEEN)) - math.log((others + _SEEN) / (rest - others + _SEEN))
    spread = everywhere * (total - everywhere) * size * rest
    chi2 = total * (there * (rest - others) - others * (size - there)) ** 2 / spread if spread else 0.0
    return category, odds, chi2


def _group(category: str, by_weight: dict[float, list[Word]]) -> Group:
    tags = tuple(TagRule(category, f"{weight}", tuple(words), weight) for weight, words in sorted(by_weight.items()))
    return Group(category, category, Kind.THING, 90.0, False, tags, ())


class ByLexicon:
    """The category whose words weigh most among the product's hits; ``usual`` where nothing was found."""

    def __init__(self, lexicon: Lexicon, usual: str, category_of: Callable[[Hit], str | None]) -> None:
        self._tagger, self._usual, self._category_of = Tagger(lexicon), usual, category_of

    def categories(self, texts: Iterable[str]) -> list[str]:
        """One category for each text."""
        return [self._category(text) for text in texts]

    def _category(self, text: str) -> str:
        weights = {(self._category_of(hit), hit.word): hit.weight for hit in self._tagger.find(text)}
        scores: dict[str, float] = defaultdict(float)
        for (category, _word), weight in weights.items():
            if category is not None:
                scores[category] += weight
        return max(scores, key=lambda each: (scores[each], each)) if scores else self._usual


_OF_WORD = {
    "手机": "手机", "平板": "平板", "平板电脑": "平板", "电脑": "计算机", "笔记本电脑": "计算机", "笔记本": "计算机",
    "热水器": "热水器", "洗发水": "洗发水", "洗发露": "洗发水", "护发素": "洗发水",
    "水果": "水果", "牛奶": "蒙牛", "酸奶": "蒙牛",
}  # fmt: skip
_CLOTHES = frozenset(
    "衣服 T恤 衬衫 卫衣 毛衣 外套 风衣 大衣 羽绒服 棉服 西装 马甲 吊带 裤子 牛仔裤 短裤 打底裤 裙子 连衣裙 半身裙 套装"
    " 内衣".split()
)


def starter_category(hit: Hit) -> str | None:
    """What the product's own tags say of the ten categories; it has no words for books and hotels."""
    return "衣服" if hit.group == "category" and hit.tag in _CLOTHES else _OF_WORD.get(hit.word)


def learnt_category(hit: Hit) -> str | None:
    """Groups of a learnt lexicon are the categories."""
    return hit.group
