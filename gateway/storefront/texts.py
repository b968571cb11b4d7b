"""Every sentence of the storefront, in both languages. The scripts get theirs from the page; they hold none."""

from collections.abc import Mapping

from gateway.domain.language import Language, Text

Words = Mapping[str, Text]


def spoken(words: Words, language: Language) -> dict[str, str]:
    """These sentences, and those every page shares, in one language."""
    return {name: text.in_(language) for name, text in {**_EVERYWHERE, **words}.items()}


_EVERYWHERE: Words = {
    "shop_name": Text(en="The Demo Shop", zh="演示商店"),
    "skip": Text(en="Skip to content", zh="跳到正文"),
    "switch": Text(en="中文", zh="English"),
    "needs_script": Text(
        en="This page follows your payment live and needs JavaScript for it. Please switch it on and reload.",
        zh="本页面需要 JavaScript 才能实时显示支付进度。请启用后重新加载。",
    ),
    "playground": Text(en="GraphQL playground", zh="GraphQL 调试台"),
    "api_docs": Text(en="REST API docs", zh="REST 接口文档"),
    "back_to_shop": Text(en="Back to the shop", zh="返回商店"),
    "test_mode": Text(en="Test mode: no real money moves", zh="测试模式：不会产生真实扣款"),
    "unreachable": Text(en="The shop cannot be reached.", zh="无法连接到商店。"),
    "unexpected": Text(en="The shop gave an answer we do not understand.", zh="商店返回了无法识别的响应。"),
}

SHOP_WORDS: Words = {
    "title": Text(en="The Demo Shop", zh="演示商店"),
    "headline_pick": Text(en="Pick a package,", zh="选一个套餐，"),
    "headline_watch": Text(en="watch it get paid.", zh="看着它付款成功。"),
    "lead": Text(
        en="You pay on the checkout page, come back here, and see every step the payment takes the moment it happens.",
        zh="在收银台付款，回到这里，支付的每一步变化都会即时显示。",
    ),
    "lead_test": Text(en="Buy with a test card.", zh="请用测试卡购买。"),
    "packages": Text(en="Packages", zh="套餐"),
    "buy": Text(en="Buy", zh="购买"),
    "busy": Text(en="Opening checkout…", zh="正在打开收银台…"),
    "open_purchase": Text(en="You have an unfinished purchase in this tab.", zh="您在此标签页有一笔未完成的购买。"),
    "see_open_purchase": Text(en="Resume or cancel it", zh="继续或取消"),
    "makers": Text(en="Building a shop of your own?", zh="想搭建自己的商店？"),
    "makers_lead": Text(
        en="These pages are the example: a mutation to buy, a subscription to watch, and no polling.",
        zh="这些页面就是示例：一个变更用于购买，一个订阅用于关注进度，无需轮询。",
    ),
    "cards": Text(en="Test cards", zh="测试卡号"),
    "cards_lead": Text(
        en="Any future date, any three digits, any name. Each number plays its own story.",
        zh="有效期填任意未来日期，CVC 任意三位数，姓名任意。每个卡号对应一种情形。",
    ),
    "card_number": Text(en="Card number", zh="卡号"),
    "card_story": Text(en="What happens", zh="会发生什么"),
    "remedy_choose": Text(en="Please choose another package.", zh="请选择其他套餐。"),
    "remedy_tell": Text(en="Please tell the shop: this package is set up wrongly.", zh="该套餐配置有误，请告知商店。"),
    "remedy_wait": Text(
        en="Wait a moment, then press Buy again: you cannot be charged twice.",
        zh="请稍候再次点击购买：不会重复扣款。",
    ),
    "remedy_again": Text(
        en="Check your connection and press Buy again: you cannot be charged twice.",
        zh="请检查网络后再次点击购买：不会重复扣款。",
    ),
}

TEST_CARDS: tuple[tuple[str, Text], ...] = (
    ("4242 4242 4242 4242", Text(en="Paid at once", zh="立即支付成功")),
    ("4000 0000 0000 3220", Text(en="3-D Secure: complete the challenge, then paid", zh="3D 验证：通过验证后支付成功")),
    ("4000 0000 0000 3063", Text(en="3-D Secure: complete or fail the challenge", zh="3D 验证：可通过，也可失败")),
    ("4000 0000 0000 3089", Text(en="Processing for a few seconds, then paid", zh="处理中，几秒后支付成功")),
    ("4000 0000 0000 3071", Text(en="Processing for a few seconds, then failed", zh="处理中，几秒后支付失败")),
    ("4000 0000 0000 0002", Text(en="Declined", zh="一般失败：被拒绝")),
    ("4000 0000 0000 9995", Text(en="Declined: insufficient funds", zh="余额不足")),
    ("4000 0000 0000 0069", Text(en="Declined: the card has expired", zh="卡片被拒：已过期")),
    ("4100 0000 0000 0019", Text(en="Declined: taken for fraud", zh="被判定为欺诈")),
    ("4000 0000 0000 0010", Text(en="Declined: currency not supported", zh="货币不支持")),
)

SUCCESS_WORDS: Words = {
    "title": Text(en="Your payment", zh="您的支付"),
    "timeline": Text(en="What happened", zh="进展"),
    "connection_connecting": Text(en="Connecting…", zh="正在连接…"),
    "connection_websocket": Text(en="Live over WebSocket", zh="实时（WebSocket）"),
    "connection_sse": Text(en="Live over server-sent events", zh="实时（SSE）"),
    "connection_lost": Text(en="Connection lost, coming back…", zh="连接中断，正在重连…"),
    "connection_done": Text(en="Final: nothing more will change", zh="最终结果，不会再变化"),
    "connection_refused": Text(en="Not watching", zh="未在关注"),
    "title_waiting": Text(en="Looking up your payment", zh="正在确认支付状态"),
    "meaning_waiting": Text(en="We are opening a live line to the payment.", zh="正在建立实时连接以获取支付进度。"),
    "waits_waiting": Text(en="Waiting for the first word about it.", zh="正在等待首个状态。"),
    "title_paid": Text(en="Paid. Thank you!", zh="支付成功！"),
    "meaning_paid": Text(
        en="Your order is confirmed and we start on it right away.", zh="您的订单已确认，我们会立即开始处理。"
    ),
    "waits_paid": Text(en="There is nothing left to wait for.", zh="无需再等待。"),
    "title_no_payment_required": Text(en="Nothing to pay", zh="无需支付"),
    "meaning_no_payment_required": Text(
        en="Your order is confirmed; it cost nothing this time.", zh="您的订单已确认，本次无需付款。"
    ),
    "waits_no_payment_required": Text(en="There is nothing left to wait for.", zh="无需再等待。"),
    "title_processing": Text(en="Your payment is on its way", zh="支付处理中"),
    "meaning_processing": Text(
        en="The checkout is done and your bank is working on it. Please do not pay again.",
        zh="结账已完成，银行正在处理。请勿重复付款。",
    ),
    "waits_processing": Text(
        en="Waiting for the bank's answer. You may close this page; the order goes on without it.",
        zh="正在等待银行的结果。您可以关闭本页，不影响订单。",
    ),
    "title_unpaid": Text(en="Not paid yet", zh="尚未支付"),
    "meaning_unpaid": Text(
        en="No payment has reached us so far. If you have just paid, leave this page open for a moment.",
        zh="我们尚未收到付款。如果您刚刚付款，请稍等片刻。",
    ),
    "waits_unpaid": Text(en="Waiting for your payment to arrive.", zh="正在等待您的付款到账。"),
    "title_failed": Text(en="That attempt did not go through", zh="这次支付没有成功"),
    "meaning_failed": Text(
        en="Nothing was charged, and your purchase is still open.", zh="没有产生扣款，这笔购买仍可继续。"
    ),
    "waits_failed": Text(en="Waiting for your next attempt.", zh="正在等待您再次尝试。"),
    "title_failed_final": Text(en="The payment failed", zh="支付失败"),
    "meaning_failed_final": Text(
        en="The bank turned it down after the checkout; nothing was charged.",
        zh="银行在结账后拒绝了付款，没有产生扣款。",
    ),
    "waits_failed_final": Text(
        en="There is nothing left to wait for. You can start afresh in the shop.",
        zh="无需再等待。您可以返回商店重新购买。",
    ),
    "title_expired": Text(en="This checkout has expired", zh="支付已过期"),
    "meaning_expired": Text(en="It was not paid in time; nothing was charged.", zh="未在有效期内付款，没有产生扣款。"),
    "waits_expired": Text(
        en="There is nothing left to wait for. You can start afresh in the shop.",
        zh="无需再等待。您可以返回商店重新购买。",
    ),
    "title_canceled": Text(en="This purchase was canceled", zh="购买已取消"),
    "meaning_canceled": Text(en="Nothing was charged.", zh="没有产生扣款。"),
    "waits_canceled": Text(
        en="There is nothing left to wait for. You can start afresh in the shop.",
        zh="无需再等待。您可以返回商店重新购买。",
    ),
    "title_unknown": Text(en="We know no such purchase", zh="找不到这笔购买"),
    "meaning_unknown": Text(
        en="The address of this page names no checkout of ours. Open it from the checkout, or begin in the shop.",
        zh="本页地址中没有我们的支付会话。请从收银台返回，或在商店重新开始。",
    ),
    "waits_unknown": Text(en="There is nothing to wait for.", zh="没有需要等待的支付。"),
    "title_refused": Text(en="We cannot watch this payment", zh="无法查看这笔支付"),
    "waits_refused": Text(en="Reload the page to try again.", zh="请重新加载页面再试。"),
    "failure": Text(en="The last attempt", zh="上次尝试"),
    "advice_retry": Text(en="Check the card's details and try again.", zh="请核对卡片信息后重试。"),
    "advice_other_method": Text(en="Use another card or another way to pay.", zh="请更换卡片或支付方式。"),
    "advice_contact_issuer": Text(
        en="Ask the bank that issued the card, or use another one.", zh="请联系发卡银行，或更换卡片。"
    ),
    "try_another": Text(en="Try another card", zh="换一张卡重试"),
    "finish": Text(en="Finish paying", zh="继续付款"),
    "refunded": Text(en="Refunded: {amount}", zh="已退款：{amount}"),
    "disputed": Text(en="This payment is disputed.", zh="该笔支付存在争议。"),
}

CANCEL_WORDS: Words = {
    "title": Text(en="Purchase paused", zh="购买已暂停"),
    "title_waiting": Text(en="You left the checkout", zh="您离开了收银台"),
    "meaning_waiting": Text(en="We are looking up your purchase.", zh="正在查询您的购买。"),
    "title_open": Text(en="Nothing was charged", zh="没有产生扣款"),
    "meaning_open": Text(
        en="You left the checkout, and your purchase is still open. Pick it up where you left it, or let it go.",
        zh="您离开了收银台，这笔购买仍然有效。可以继续付款，也可以取消。",
    ),
    "title_none": Text(en="No open purchase", zh="没有未完成的购买"),
    "meaning_none": Text(
        en="This tab remembers no open purchase, and nothing was charged here.",
        zh="此标签页没有未完成的购买，也没有产生扣款。",
    ),
    "title_moving": Text(en="Your payment is on its way", zh="支付正在进行"),
    "meaning_moving": Text(
        en="This purchase is past the checkout. See on its own page how it stands.",
        zh="这笔购买已完成结账，请在支付页面查看进展。",
    ),
    "title_over": Text(en="This purchase is over", zh="购买已结束"),
    "meaning_over": Text(
        en="Nothing was charged. Its checkout cannot be paid any more.", zh="没有产生扣款，该收银台已失效。"
    ),
    "title_canceled": Text(en="Purchase canceled", zh="购买已取消"),
    "meaning_canceled": Text(en="Nothing was charged, and nothing can be any more.", zh="没有产生扣款，也不会再扣款。"),
    "resume": Text(en="Resume", zh="继续付款"),
    "cancel": Text(en="Cancel this purchase", zh="取消这笔购买"),
    "canceling": Text(en="Canceling…", zh="正在取消…"),
    "see_payment": Text(en="See the payment", zh="查看支付进展"),
    "again": Text(en="Reload the page to try again.", zh="请重新加载页面再试。"),
}
