"""The sentences of the shop and of the pages that any address may end in, in both languages.

The scripts get theirs from the page; they hold none. What is said about a payment is in `payment_texts`.
"""

from collections.abc import Mapping

from gateway.domain.language import Language, Text

Words = Mapping[str, Text]

DEMO_SHOP = Text(en="The Demo Shop", zh="演示商店")
"""What the pages call the shop where GATEWAY_SHOP_NAME is not set."""

GATEWAY = Text(en="Payments gateway", zh="支付网关")
"""What they call themselves where there is no shop."""


def spoken(words: Words, language: Language) -> dict[str, str]:
    """These sentences, and those every page shares, in one language."""
    return {name: text.in_(language) for name, text in {**_EVERYWHERE, **words}.items()}


_EVERYWHERE: Words = {
    "skip": Text(en="Skip to content", zh="跳到正文"),
    "switch": Text(en="中文", zh="English"),
    "needs_script": Text(
        en="This page needs JavaScript to follow your payment. Please switch it on and reload the page.",
        zh="本页面需要 JavaScript 才能显示支付进展，请在浏览器中启用后刷新页面。",
    ),
    "playground": Text(en="GraphQL playground", zh="GraphQL 调试台"),
    "api_docs": Text(en="REST API docs", zh="REST 接口文档"),
    "back_to_shop": Text(en="Back to the shop", zh="返回商店"),
    "test_mode": Text(en="Test mode: no real money moves.", zh="测试模式：不会产生真实扣款。"),
    "unreachable": Text(
        en="We cannot reach the shop right now. Nothing was charged.", zh="暂时无法连接到商店，没有产生扣款。"
    ),
    "unexpected": Text(
        en="Something went wrong on our side. Nothing was charged.", zh="我们这边出了点问题，没有产生扣款。"
    ),
}

SHOP_WORDS: Words = {
    "headline_pick": Text(en="Pick a package,", zh="挑一个套餐，"),
    "headline_watch": Text(en="watch it get paid.", zh="看着它完成支付。"),
    "lead": Text(
        en="You pay on the checkout page and come back here, where every step of your payment shows up as it happens.",
        zh="您将前往收银台付款，完成后回到这里，支付的每一步都会即时显示。",
    ),
    "lead_test": Text(en="Everything here can be bought with a test card.", zh="这里的商品都可以用测试卡购买。"),
    "packages": Text(en="Packages", zh="套餐"),
    "buy": Text(en="Buy", zh="购买"),
    "busy": Text(en="Opening checkout…", zh="正在前往收银台…"),
    "notice_open": Text(en="Your purchase is waiting for you: {name}.", zh="您有一笔购买还没有付款：{name}。"),
    "notice_open_link": Text(en="Pay or cancel it", zh="继续付款或取消"),
    "notice_moving": Text(en="Your payment is on its way: {name}.", zh="您的付款正在处理：{name}。"),
    "notice_paid": Text(en="Your purchase is paid: {name}. Thank you!", zh="您的购买已付款：{name}。感谢惠顾！"),
    "notice_see_link": Text(en="See the payment", zh="查看支付详情"),
    "makers": Text(en="Building a shop of your own?", zh="想搭建自己的商店？"),
    "makers_lead": Text(
        en="These pages are your example: one call to buy, one subscription to follow the payment, no polling.",
        zh="可以参考这些页面：一次调用完成下单，一个订阅跟踪支付进展，无需轮询。",
    ),
    "cards": Text(en="Test cards", zh="测试卡号"),
    "cards_lead": Text(
        en="Use any future date, any three digits and any name. Each number leads to a different ending.",
        zh="有效期填写任意未来日期，安全码填写任意三位数字，姓名任意。不同卡号会得到不同的结果。",
    ),
    "card_number": Text(en="Card number", zh="卡号"),
    "card_story": Text(en="What happens", zh="结果"),
    "not_opened": Text(en="We could not open the checkout for this package.", zh="无法为此套餐打开收银台。"),
    "remedy_choose": Text(en="Please choose another package.", zh="请选择其他套餐。"),
    "remedy_tell": Text(
        en="Please let the shop know: this package is not set up correctly.",
        zh="该套餐的设置有误，请告知商店。",
    ),
    "remedy_wait": Text(
        en="Please wait a moment and press Buy again. You will not be charged twice.",
        zh="请稍候再点击“购买”，不会重复扣款。",
    ),
    "remedy_again": Text(
        en="Please check your connection and press Buy again. You will not be charged twice.",
        zh="请检查网络后再次点击“购买”，不会重复扣款。",
    ),
}

TEST_CARDS: tuple[tuple[str, Text], ...] = (
    ("4242 4242 4242 4242", Text(en="Paid at once", zh="立即支付成功")),
    ("4000 0000 0000 3220", Text(en="Your bank asks first (3-D Secure), then paid", zh="通过银行验证后支付成功")),
    ("4000 0000 0000 3063", Text(en="Your bank asks first: let it pass or fail", zh="银行验证，可选择通过或不通过")),
    ("4000 0000 0000 3089", Text(en="Processing for a few seconds, then paid", zh="处理数秒后支付成功")),
    ("4000 0000 0000 3071", Text(en="Processing for a few seconds, then failed", zh="处理数秒后支付失败")),
    ("4000 0000 0000 0002", Text(en="Declined", zh="一般失败：被银行拒绝")),
    ("4000 0000 0000 9995", Text(en="Declined: insufficient funds", zh="余额不足")),
    ("4000 0000 0000 0069", Text(en="Declined: the card has expired", zh="卡片被拒：已过有效期")),
    ("4100 0000 0000 0019", Text(en="Declined: suspected fraud", zh="欺诈检测：被拦截")),
    ("4000 0000 0000 0010", Text(en="Declined: currency not supported", zh="不支持该货币")),
)

PLAIN_WORDS: Words = {
    "title": GATEWAY,
    "lead": Text(
        en="This address takes payments for a shop. Shops talk to it; there is nothing to buy here.",
        zh="这里为商店处理付款，由商店的系统调用，本身不出售商品。",
    ),
    "buyers": Text(en="Did you come here to pay?", zh="您是来付款的吗？"),
    "buyers_lead": Text(
        en="Please go back to the shop you came from. Your order is kept there, and coming here has charged nothing.",
        zh="请返回您下单的商店，您的订单保存在那里。打开本页不会产生任何扣款。",
    ),
    "builders": Text(en="Are you building a shop?", zh="您在开发商店吗？"),
    "builders_lead": Text(
        en="The REST API is documented here, and the GraphQL endpoint is at {endpoint}.",
        zh="这里有 REST 接口文档，GraphQL 接口地址为 {endpoint}。",
    ),
}

ERROR_WORDS: Words = {
    "title_missing": Text(en="There is no page here", zh="找不到此页面"),
    "meaning_missing": Text(
        en="The address may be misspelt, or the page has moved.", zh="网址可能有误，或者页面已经移走。"
    ),
    "title_refused": Text(en="This cannot be shown", zh="无法显示此页面"),
    "title_ours": Text(en="Something went wrong on our side", zh="我们这边出了点问题"),
    "meaning_money": Text(
        en="No payment was started or changed by opening this address.", zh="打开此网址不会产生或更改任何付款。"
    ),
    "reference": Text(en="If you ask us about it, please mention", zh="如需咨询，请提供编号"),
    "home": Text(en="What is this place?", zh="这是什么网站？"),
}
