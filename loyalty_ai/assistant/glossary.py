"""Words that shoppers use for what the catalogue and the policies call otherwise, as a table; a shop adds to it by its documents.

English words are in any form, they are stemmed when they are read: each group may stand for one another. A Chinese entry stands
for the English words beside it, any of those between slashes and all of those between plus signs.
"""

from __future__ import annotations

from functools import cache

from loyalty_ai.assistant.tokens import words

ALIKE = """
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
metal tin iron; wood wooden timber; vintage retro antique oldfashioned; party celebration; birthday bday; easter bunny;
garden gardening outdoor; kitchen cookery; bathroom bath; soap handwash; snowman snowmen; pepper seasoning;
picnic lunch; warm warmer; nursery baby;
lunchbox lunch; delivery deliver shipping ship postage dispatch carriage courier post; arrive delivery;
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

CHINESE = """
蜡烛 candle; 香薰 scented+candle; 烛台 candlestick/candleholder/holder; 茶蜡 tlight; 灯笼 lantern;
台灯 lamp; 灯 light/lamp/lantern; 灯罩 lampshade; 马克杯 mug; 茶杯 teacup/cup; 杯子 mug/cup; 杯 mug/cup;
玻璃杯 glass/tumbler; 茶壶 teapot; 茶 tea; 咖啡 coffee; 水壶 jug; 保温 flask; 盘子 plate; 盘 plate; 碗 bowl;
勺子 spoon; 勺 spoon; 餐具 cutlery; 刀 knife; 托盘 tray; 杯垫 coaster; 餐垫 placemat; 桌布 tablecloth;
餐巾 napkin; 围裙 apron; 烘焙 baking/bake/cake; 烤 baking/oven; 蛋糕 cake; 蛋糕架 cakestand;
蜡烛台 candlestick/candleholder/holder; 毛绒 soft/plush; 饼干 cookie/biscuit; 巧克力 chocolate;
糖 sugar/candy/sweet; 罐子 jar/tin; 罐 jar/tin; 瓶子 bottle; 瓶 bottle; 花瓶 vase; 花 flower; 玫瑰 rose;
盆 pot/bowl; 花盆 planter/pot; 花园 garden; 园艺 garden; 植物 plant; 礼物 gift/present; 礼品 gift;
礼盒 gift+box; 包装纸 wrap; 包装 wrap; 丝带 ribbon; 卡片 card; 贺卡 card; 生日 birthday; 圣诞 christmas;
圣诞树 christmas+tree; 雪人 snowman; 复活节 easter; 情人节 valentine/heart; 婚礼 wedding; 派对 party;
聚会 party; 彩旗 bunting; 气球 balloon; 包 bag; 袋子 bag; 袋 bag; 手提包 handbag; 购物袋 shopper/bag;
午餐 lunch; 饭盒 lunch+box; 野餐 picnic; 背包 backpack; 钱包 purse; 雨伞 umbrella; 伞 umbrella; 旅行 travel;
首饰 jewellery; 项链 necklace; 手链 bracelet; 手镯 bangle; 耳环 earring; 戒指 ring; 发夹 hair+clip; 钥匙 key;
钥匙扣 keyring; 胸针 brooch; 镜子 mirror; 相框 frame; 画框 frame; 照片 photo; 时钟 clock; 闹钟 alarm+clock;
钟 clock; 靠垫 cushion; 抱枕 cushion; 毯子 blanket/throw; 毛毯 blanket; 毛巾 towel; 茶巾 tea+towel;
地垫 doormat; 窗帘 curtain; 门 door; 挂钩 hook/hanger; 衣架 hanger; 篮子 basket; 盒子 box; 盒 box;
收纳 storage/box/basket; 抽屉 drawer; 柜子 cabinet; 装饰 decoration; 摆件 ornament; 花环 wreath/garland;
心形 heart; 星星 star; 鸟 bird; 猫 cat; 狗 dog; 兔子 rabbit/bunny; 蝴蝶 butterfly; 猫头鹰 owl; 招牌 sign;
牌子 sign; 磁贴 magnet; 冰箱贴 magnet; 笔记本 notebook; 本子 notebook; 铅笔 pencil; 笔 pen/pencil;
贴纸 sticker; 缝纫 sewing; 针线 sewing; 手工 craft; 玩具 toy; 游戏 game; 拼图 jigsaw/puzzle; 娃娃 doll;
小孩 children/child; 孩子 children/child; 儿童 children; 婴儿 baby; 肥皂 soap; 浴室 bathroom/bath;
洗澡 bath; 热水袋 hot+water+bottle; 温度计 thermometer; 厨房 kitchen; 木 wood/wooden; 金属 metal;
玻璃 glass; 陶瓷 ceramic; 红 red; 蓝 blue; 绿 green; 粉 pink; 白 white; 黑 black; 黄 yellow; 紫 purple;
银 silver; 金 gold; 复古 vintage/retro; 大 large/big; 小 small/mini; 大号 large; 小号 small; 中号 medium; 套装 set; 便宜 cheap;
邮费 delivery+cost; 运费 delivery+cost; 送货 delivery; 配送 delivery; 快递 delivery/courier;
发货 dispatch/delivery; 送到 delivery; 到货 delivery; 退货 return; 退款 refund; 退换 return/exchange;
退 return; 换货 exchange; 损坏 damaged; 破 damaged/broken; 坏 damaged/broken; 付款 payment/pay;
支付 payment/pay; 信用卡 card+pay; 发票 invoice; 取消 cancel; 修改 change; 批发 wholesale; 时间 time/day;
多久 time/day; 几天 time/day; 工作日 time/day; 费用 cost; 多少钱 cost; 折扣 discount; 会员 loyalty/tier;
金卡 gold; 黄金 gold; 银卡 silver; 白银 silver; 白金 platinum; 支付宝 alipay/pay; 微信 wechat; 能到 delivery;
送达 delivery; 寄到 delivery; 删除 delete; 人工 person; 等级 tier; 积分 points/loyalty; 隐私 privacy;
个人信息 data/privacy; 数据 data/privacy; 推荐 recommendation; 电话 phone/contact; 邮箱 email/contact;
联系 contact; 客服 contact; 营业 opening+hours; 几点 opening+hours; 库存 stock; 缺货 stock; 补货 stock;
交税 tax/customs; 关税 tax/customs; 进口税 tax/customs; 上班 opening+hours; 碎了 broken/damaged; 复古圆点 retrospot;
少了 missing; 少发 missing; 漏发 missing; 缺少 missing; 卖完 stock; 预订 preorder; 预定 preorder;
英国国旗 union+jack; 国旗 union+jack; 摆设 ornament; 放假 holiday; 节假日 holiday; 假期 holiday; 扣钱 charge; 扣款 charge;
圣诞袜 christmas+stocking; 袜子 sock/stocking; 逛 visit; 实体店 visit/shop; 店在哪 visit;
寄 delivery; 芬兰 finland; 挪威 norway; 瑞典 sweden; 丹麦 denmark; 西班牙 spain; 意大利 italy; 荷兰 netherlands; 比利时 belgium;
发错 wrong; 错货 wrong; 寄错 wrong; 上班 opening+hours;
卖给 sell/sold; 出售 sell/sold;
国外 international/country; 国家 international/country; 海外 international/country; 德国 germany; 法国 france; 爱尔兰 ireland;
寄往 delivery; 摔碎 broken/damaged; 碎 damaged/broken; 门垫 doormat; 便当 lunch+box; 午餐盒 lunch+box; 擀面杖
rolling+pin; 饼干模 cookie+cutter; 厨具 kitchen; 香皂 soap; 喷壶 watering+can; 洒水壶 watering+can; 浇水壶
watering+can; 挂钟 wall+clock; 钟表 clock; 夜灯 night+light; 暖手 hand+warmer; 暖手宝 hand+warmer; 三角旗 bunting;
书包 backpack/bag; 化妆包 cosmetic+bag; 种子 seed; 喂鸟 bird+feeder; 存钱罐 money+bank/box; 风铃
wind+chime/windchime; 黑板 chalkboard/blackboard; 相册 album; 茶具 tea+set; 咖啡杯 coffee+mug; 量勺
measuring+spoon; 食谱 recipe; 米字旗 union+jack; 波点 polkadot; 草莓 strawberry; 摄政 regency; 三层 3+tier; 靠枕
cushion; 肥皂盒 soap+dish; 日历 calendar; 明信片 postcard; 彩笔 colouring+pencil/pencils; 天使 angel; 太空
spaceboy; 恐龙 dinosaur; 伦敦 london; 骷髅 skull; 文具 pencil/notebook; 牛奶瓶 milk+bottle; 玩偶 doll/teddy; 泰迪熊
teddy; 积木 block; 扑克 playing+card; 凳子 stool; 椅子 chair; 毛衣 knitted
"""

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
朋友 还是 或者 知道
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
def chinese() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Each entry of `CHINESE` -> the parts of its meaning, each its English words, stemmed; the longest entries first."""
    rows = (line.split() for line in CHINESE.split(";"))
    found = {
        entry: tuple(tuple(words(part.replace("/", " "), "en")) for part in meaning.split("+"))
        for entry, meaning in rows
    }
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


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
