"""Words that shoppers use for what the catalogue and the policies call otherwise, as a table; a shop adds to it by its documents.

English words are in any form, they are stemmed when they are read: each group may stand for one another. A Chinese entry
(`chinese.txt`) stands for the English words beside it, any of those between slashes and all of those between plus signs.
"""

# ruff: noqa: E501 (Chinese characters count for two)
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from loyalty_ai.assistant.tokens import words

TABLE = Path(__file__).with_name("chinese.txt")
"""What Chinese words mean, an entry a line; lines that begin with # say what follows."""

LONGEST = 8
"""Characters of a Chinese word that is looked for."""

_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[A-Za-z]+(?:-[A-Za-z]+)*")

ALIKE = """
big large;
cup mug teacup beaker; bag tote shopper carrier handbag; backpack rucksack; purse wallet; lantern lamp light;
lampshade shade; tealight tlight votive; candleholder candlestick; candle taper; christmas xmas festive;
kids children child kid toddler; baby newborn infant; present gift; wrap wrapping giftwrap; tin canister caddy;
jar pot; pot planter plantpot; plate dish; bowl basin; pillow cushion; blanket throw rug; mat doormat rug;
tray platter; fabric cloth textile; towel teatowel; apron pinny; cook cooking bake baking; jewellery jewelry;
necklace pendant chain; bracelet bangle; earring stud; hairclip hairgrip slide; mirror lookingglass;
picture photo frame; sign plaque; ornament decoration figurine; decoration decorate decorative decor; decal sticker;
notebook notepad journal; diary journal; pencil crayon; card greeting; bunting pennant flag; garland swag; ribbon bow;
toy game plaything; puzzle jigsaw; doll dolly; teddy bear; plush cuddly soft; clock timer; umbrella brolly parasol;
flask thermos; bottle flask; glass tumbler goblet; jug pitcher carafe; cutlery silverware flatware; spoon teaspoon;
oven stove; hook hanger peg; cupboard cabinet; box chest case; basket hamper trug; drawer cabinet; colour color;
grey gray; polkadot spotty spotted dotty; stripe striped stripey stripy; rose floral flower; flower bloom blossom;
metal tin iron; wood wooden timber; vintage retro antique oldfashioned; retrospot spotty; piece pc;
party celebration; birthday bday; easter bunny;
garden gardening outdoor; kitchen cookery; bathroom bath; soap handwash; snowman snowmen; pepper seasoning;
picnic lunch; warm warmer; nursery baby; babushka matryoshka russian;
lunchbox lunch; rabbit bunny; delivery deliver shipping ship postage dispatch carriage courier post; arrive delivery;
return refund back; shopper shopping;
exchange swap replace replacement; damaged broken faulty defective cracked smashed shattered chipped torn; cancel cancellation;
weekend saturday sunday; bit piece broken; visit pop; jersey guernsey channel; keep store hold save hang retain;
choose chosen pick select; join refer invite bring; charge charged deduct; holiday holidays closed boxing;
change amend; pay payment card klarna clearpay; invoice receipt; vat tax duty customs; note message; house address; cafe wholesale;
wholesale trade bulk reseller; discount offer promotion;
voucher coupon; loyalty loyal tier points reward; privacy data gdpr; personalisation personalization recommendation;
contact phone telephone email call; opening open hours; stock available availability; backorder restock preorder;
international abroad overseas country; germany europe; france europe; spain europe; italy europe; ireland europe;
eu europe; free gratis; cost price charge fee; person human agent; long time day period; much cost; usa america states;
uk kingdom britain england; delete erase remove; talk chat speak; track tracking follow;
collect collection pickup pick; express nextday sameday urgent rush
"""

KINDS = """
animal: cat dog owl rabbit bunny bird hen chicken duck horse pony donkey elephant lion tiger monkey frog pig sheep cow bear panda fox hedgehog
squirrel deer reindeer butterfly bee fish dinosaur penguin mouse woodland farm kitten puppy scottie poodle giraffe robin swallow dragonfly;
bird: owl hen robin swallow dove peacock flamingo parrot duck chicken penguin lovebird cockerel;
flower: rose daisy tulip lavender poppy lily sunflower pansy bluebell orchid floral rosebud;
fruit: apple pear strawberry cherry lemon orange banana raspberry grape peach pineapple;
insect: butterfly bee ladybird ladybug dragonfly
"""
"""What is of a kind, without the kind being what it is called: a mug with animals may have an owl, one with an owl no cat."""

UNTOLD = """
a about after all also am an and any anything are as at be become been before best better but by can could did do does doing else
for from get give go going good got had has have having hello help her here hey hi him his how i if im in into is it its ive just
kindly know let like likes look looking make me more most much my need nice no not of on one or our ours please recommend see
sell shall she shop should show so some someone something suggest tell thank thanks that the their them then there these they
thing this those to too under us use want was we were what whats when where which who whom why will wish with would you your
yours below less than over above up between around pound pounds gbp find buy purchase long many take near
"""
"""English words of a question that say nothing of what is asked for."""

LIGHT = """
can get give have how long many much need sell take what when where which who why
"""
"""Those of `UNTOLD` that headings of policies are made of: they part one heading from another and weigh little."""

UNTOLD_OF_GOODS = """
available availability cheap cheaper cheapest cost dear expensive price quality sale sold stock store item product range
"""
"""What a question says of goods beside their names: no product is named by it, though a policy may be."""

UNTOLD_CHINESE = """
有没有 是不是 能不能 可不可以 可以 你们 我们 他们 请问 想要 需要 什么 怎么 怎样 如何 多少 哪些 哪个 哪里 一个 一些 一下 这个 那个
那些 这些 适合 帮我 给我 告诉 推荐几 以下 以内 以上 左右 不到 英镑 价格 商品 东西 产品 的话 谢谢 您好 你好 时候 现在 关于 喜欢 送给
朋友 还是 或者 知道 觉得 应该 一直 总是 老是 经常 常常 已经 刚刚 刚才 特别 非常 真的 有点 有点儿 比较 其实 然后 所以 因为 但是 不过 如果 的话
大家 自己 别的 其他 另外 咱们 一种 那种 这种 之类 什么样 为什么 打算 准备 完全 办法 合适 好不好 行不行 对不对 怎么办 用的 用来 专门 小东西 小玩意 东东
一点 一点儿 点儿 有用 使用 听说 看到 看看 想找 找个 买个 买点 想学 价钱 价位 预算 块钱 元钱 不贵 太贵 别太贵 实惠 划算 性价比 花了 花钱 花多少 花费
上架 下架 货架 打架 吵架 一次 一份 一件 一款 一只 一条 一瓶 一盏 一把 一张 一本 一支 一双 一副 一包 一下子 几个 几款 几件 两个 三个 图案 款式 样式 风格 那样 这样 这么 那么 吧唧
手续 香港 本店 本周 本月 本人 方便 方式 方法 担心 放心 心情 小心 中心 热门 热销 火爆 高级 长期 线上 在线 毛病 针对 影响 数量 质量 重量 一切 名称 累计 总共 礼拜 全球 地方 面对
最好 只要 只有 不要 不用 不想 不太 太大 太小 能够 还能 就是 都是 不是 可是 只是 而且 并且 除了 以外 之外 主要 一般 平时 有时 每天 今天 明天 昨天 最近
我 你 您 他 她 它 的 了 吗 呢 吧 啊 呀 是 有 在 要 想 买 卖 找 看 和 与 或 给 送 请 把 被 就 都 也 很 还 会 能 吃 这 那 个 只 件 款
种 些 元 点 多 几 色 用 做 为 对 从 到 里 上 下 中 最 更 不 没 样
"""
"""The same in Chinese."""


@cache
def alike() -> dict[str, frozenset[str]]:
    """Each word of `ALIKE`, stemmed -> the others that may stand for it."""
    found: dict[str, set[str]] = {}
    for line in ALIKE.split(";"):
        group = set(words(line, "en"))
        for word in group:
            found.setdefault(word, set()).update(group - {word})
    return {word: frozenset(others) for word, others in found.items()}


@cache
def kinds() -> dict[str, frozenset[str]]:
    """Each kind of `KINDS`, stemmed -> what is of it."""
    rows = (row.partition(":") for row in KINDS.split(";"))
    return {words(kind, "en")[0]: frozenset(words(members, "en")) for kind, _, members in rows}


@cache
def meanings() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Each entry of the table -> the parts of its meaning, each its English words as they are written, the plainest first."""
    lines = (line for line in TABLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    rows = (row.split() for row in " ".join(lines).split(";") if row.strip())
    return {entry: tuple(tuple(part.split("/")) for part in meaning.split("+")) for entry, meaning in rows}


@cache
def compounds() -> dict[str, tuple[str, ...]]:
    """Two words of the table written as one, stemmed -> the two, stemmed: who types "wallclock" means a wall clock."""
    pairs = ([part[0] for part in meaning] for meaning in meanings().values() if len(meaning) == 2)
    return {
        words("".join(pair), "en")[0]: tuple(words(" ".join(pair), "en"))
        for pair in pairs
        if all(map(str.isalpha, pair))
    }


@cache
def chinese() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Each entry of the table -> the parts of its meaning, each its English words, stemmed."""
    return {
        entry: tuple(tuple(words(" ".join(part), "en")) for part in meaning) for entry, meaning in meanings().items()
    }


def in_words(run: str) -> Iterator[tuple[str, bool]]:
    """A run of Chinese characters as words, each with whether it says something.

    What neither table has comes as it stands, as words that say something.
    """
    yield from cut(run, _known())


def cut(run: str, known: Mapping[str, bool]) -> Iterator[tuple[str, bool]]:
    """The same by words of one's own, each with whether it says something: as few characters unknown and as few words as can
    be, of equals what ends in the longer word."""
    best: list[tuple[int, int, int]] = [(0, 0, 0)]
    for end in range(1, len(run) + 1):
        unknown, words_, _ = best[end - 1]
        ways = [(unknown + 1, words_, 0)]
        for size in range(1, min(LONGEST, end) + 1):
            if run[end - size : end] in known:
                unknown, words_, _ = best[end - size]
                ways.append((unknown, words_ + 1, -size))
        best.append(min(ways))
    found: list[tuple[str, bool]] = []
    end = len(run)
    while end:
        size = -best[end][2]
        if size:
            found.append((run[end - size : end], known[run[end - size : end]]))
        elif found and found[-1][0] not in known:
            found[-1] = (run[end - 1] + found[-1][0], True)
        else:
            found.append((run[end - 1], True))
        end -= size or 1
    yield from reversed(found)


@cache
def _known() -> dict[str, bool]:
    return dict.fromkeys(untold_chinese(), False) | dict.fromkeys(meanings(), True)


def in_english(text: str) -> str:
    """What a Chinese text names, in English words in its order; what it asks with, numbers and what nobody knows are left out."""
    said: list[str] = []
    for run in _RUN.findall(unicodedata.normalize("NFKC", text)):
        if run[0].isascii():
            said.append(run.lower())
        for word in (word for word, tells in in_words(run) if tells):
            said += (part[0] for part in meanings().get(word, ()))
    empty = untold() | untold_of_goods()
    return " ".join(word for word in said if not empty.issuperset(words(word, "en")))


def share_known(text: str) -> float:
    """Of the characters that say something in a Chinese text, the share that the table knows: 0 to 1."""
    told = [word for run in _RUN.findall(text) if not run[0].isascii() for word, tells in in_words(run) if tells]
    known = sum(len(word) for word in told if word in meanings())
    return known / max(1, sum(map(len, told)))


@cache
def untold() -> frozenset[str]:
    """The words of `UNTOLD`, stemmed."""
    return frozenset(words(UNTOLD, "en"))


@cache
def light() -> frozenset[str]:
    """The words of `LIGHT`, stemmed."""
    return frozenset(words(LIGHT, "en"))


@cache
def untold_of_goods() -> frozenset[str]:
    """The words of `UNTOLD_OF_GOODS`, stemmed."""
    return frozenset(words(UNTOLD_OF_GOODS, "en"))


@cache
def untold_chinese() -> tuple[str, ...]:
    """The entries of `UNTOLD_CHINESE`, the longest first."""
    return tuple(sorted(UNTOLD_CHINESE.split(), key=len, reverse=True))
