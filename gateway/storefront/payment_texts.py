"""What the success page and the cancel page say about a payment, in both languages.

Why an attempt failed is not said here: that sentence is `PaymentFailure.message`.
"""

from gateway.domain.language import Text
from gateway.storefront.texts import Words

_OVER = Text(en="You are welcome to start again in the shop.", zh="欢迎回到商店重新购买。")
_NOTHING_CHARGED = Text(en="Nothing was charged.", zh="没有产生扣款。")
_ORDER = {
    "order": Text(en="Order reference", zh="订单号"),
    "session": Text(en="Payment number", zh="支付编号"),
}

_STATUS_WORDS: Words = {
    "title_waiting": Text(en="Looking up your payment", zh="正在查询您的支付"),
    "meaning_waiting": Text(en="One moment, please.", zh="请稍候。"),
    "waits_waiting": Text(en="We are asking for the latest state.", zh="正在获取最新状态。"),
    "title_paid": Text(en="Paid. Thank you!", zh="支付成功，谢谢！"),
    "meaning_paid": Text(
        en="Your order is confirmed, and we start on it right away.", zh="您的订单已确认，我们会立即开始处理。"
    ),
    "waits_paid": Text(en="All done. You can close this page.", zh="已全部完成，可以关闭本页。"),
    "title_refunded": Text(en="Refunded", zh="已退款"),
    "meaning_refunded": Text(en="You paid, and all of it was sent back to you.", zh="您已付款，款项已全部退还给您。"),
    "waits_refunded": Text(en="Your bank may need a few days to show it.", zh="款项可能需要几天才能显示在您的账户中。"),
    "title_no_payment_required": Text(en="Nothing to pay", zh="无需支付"),
    "meaning_no_payment_required": Text(
        en="Your order is confirmed, and it costs nothing this time.", zh="您的订单已确认，本次无需付款。"
    ),
    "waits_no_payment_required": Text(en="All done. You can close this page.", zh="已全部完成，可以关闭本页。"),
    "title_processing": Text(en="Your payment is on its way", zh="支付处理中"),
    "meaning_processing": Text(
        en="Your bank is working on it. Please do not pay again.", zh="银行正在处理，请不要重复付款。"
    ),
    "waits_processing": Text(
        en="We are waiting for the bank. You may close this page; your order goes on without it.",
        zh="正在等待银行的结果。您可以关闭本页，不影响订单。",
    ),
    "title_unpaid": Text(en="Not paid yet", zh="尚未支付"),
    "meaning_unpaid": Text(
        en="No payment has arrived so far. If you have just paid, please leave this page open for a moment.",
        zh="我们还没有收到付款。如果您刚刚付过款，请在本页稍等片刻。",
    ),
    "waits_unpaid": Text(en="We are waiting for your payment.", zh="正在等待您的付款。"),
    "title_failed": Text(en="That attempt did not go through", zh="这次支付没有成功"),
    "meaning_failed": Text(
        en="Nothing was charged, and your purchase is still open.", zh="没有产生扣款，您仍可继续付款。"
    ),
    "waits_failed": Text(en="You can try again whenever you like.", zh="您可以随时再试一次。"),
    "title_failed_final": Text(en="The payment failed", zh="支付失败"),
    "meaning_failed_final": Text(
        en="The bank turned the payment down, and nothing was charged.", zh="银行未能完成这笔付款，没有产生扣款。"
    ),
    "waits_failed_final": _OVER,
    "title_expired": Text(en="This checkout has expired", zh="支付已过期"),
    "meaning_expired": Text(
        en="It was not paid in time, and nothing was charged.", zh="未在有效期内付款，没有产生扣款。"
    ),
    "waits_expired": _OVER,
    "title_canceled": Text(en="This purchase was canceled", zh="购买已取消"),
    "meaning_canceled": _NOTHING_CHARGED,
    "waits_canceled": _OVER,
    "title_unknown": Text(en="We cannot find this purchase", zh="找不到这笔购买"),
    "meaning_unknown": Text(
        en="This address names no payment of ours. Please open it from the checkout page, or begin in the shop.",
        zh="这个网址没有对应的支付。请从收银台返回本页，或在商店重新购买。",
    ),
    "waits_unknown": Text(en="Opening this page has charged nothing.", zh="打开本页不会产生扣款。"),
    "title_refused": Text(en="We cannot show this payment now", zh="暂时无法显示这笔支付"),
    "waits_refused": Text(
        en="Your payment is not affected. Please reload the page in a moment.", zh="您的支付不受影响，请稍后刷新页面。"
    ),
}

_STORY_WORDS: Words = {
    "timeline": Text(en="What happened", zh="支付进展"),
    "event_begun": Text(en="Checkout opened", zh="已打开收银台"),
    "event_unpaid": Text(en="Waiting for payment", zh="等待付款"),
    "event_paid": Text(en="Paid", zh="已付款"),
    "event_no_payment_required": Text(en="Confirmed, with nothing to pay", zh="已确认，无需付款"),
    "event_processing": Text(en="With the bank", zh="银行处理中"),
    "event_failed": Text(en="The attempt did not go through", zh="支付未成功"),
    "event_expired": Text(en="The checkout expired", zh="支付已过期"),
    "event_canceled": Text(en="Canceled", zh="已取消"),
    "event_changed": Text(en="Details updated", zh="详情有更新"),
    "event_delivery": Text(en="The shop’s system was notified", zh="已通知商店系统"),
    "cause_delivery": Text(en="It answered at {time}.", zh="{time} 得到答复。"),
    "cause_begun": Text(en="The purchase began in the shop.", zh="在商店发起购买。"),
    "cause_api": Text(en="Asked for by you or the shop.", zh="由您或商店发起。"),
    "cause_webhook": Text(en="Reported by Stripe (webhook), received at {time}.", zh="由 Stripe 通知，{time} 收到。"),
    "cause_retrieve": Text(en="We asked Stripe, and learned it at {time}.", zh="向 Stripe 查询，{time} 得知。"),
    "cause_reconciliation": Text(
        en="Found when comparing our records with Stripe’s, at {time}.", zh="与 Stripe 对账时发现，{time} 记录。"
    ),
    "cause_other": Text(en="Recorded by the shop at {time}.", zh="由商店于 {time} 记录。"),
    "connection_connecting": Text(en="Connecting…", zh="正在连接…"),
    "connection_live": Text(en="Live: changes appear by themselves", zh="实时更新中，状态变化会自动显示"),
    "connection_lost": Text(en="Reconnecting… You will see what you missed.", zh="正在重新连接，错过的进展会补上"),
    "connection_done": Text(en="Complete: nothing more is expected", zh="已有最终结果"),
    "connection_refused": Text(en="Not following a payment", zh="未跟踪任何支付"),
    "try_now": Text(en="Try now", zh="立即重试"),
    "in_playground": Text(en="Open in the playground", zh="在调试台中打开"),
    "in_sandbox": Text(en="See in the sandbox", zh="在沙盒中查看"),
}

_FULFILMENT_WORDS: Words = {
    "fulfilment_pending": Text(en="Your payment is confirmed.", zh="您的付款已确认。"),
    "waits_fulfilment_pending": Text(en="We are passing your order to the shop.", zh="正在将订单交给商店处理。"),
    "waits_fulfilment_unreached": Text(
        en="The shop’s system cannot be reached right now. We keep trying; your payment is safe, and you may close "
        "this page.",
        zh="暂时无法连接商店的系统，我们会继续尝试。您的付款已安全收到，可以关闭本页。",
    ),
    "fulfilment_delivered": Text(
        en="The shop has your order, and it is on its way.", zh="商店已收到您的订单，订单正在处理中。"
    ),
    "waits_fulfilment_delivered": Text(en="All done. You can close this page.", zh="已全部完成，可以关闭本页。"),
    "fulfilment_failed": Text(
        en="Your payment is confirmed, but the shop’s system could not be reached.",
        zh="您的付款已确认，但无法连接商店的系统。",
    ),
    "waits_fulfilment_failed": Text(
        en="Somebody at the shop has to look at it. Please write to the shop, with the number below.",
        zh="需要商店人工处理。请联系商店，并提供下方的编号。",
    ),
    "receipt": Text(en="Receipt", zh="收据"),
    "invoice": Text(en="Invoice", zh="发票"),
}

SUCCESS_WORDS: Words = {
    **_STATUS_WORDS,
    **_FULFILMENT_WORDS,
    **_STORY_WORDS,
    **_ORDER,
    "title": Text(en="Your payment", zh="您的支付"),
    "failure": Text(en="Why it did not go through", zh="上次支付未成功的原因"),
    "try_another": Text(en="Try another card", zh="换一张卡重试"),
    "finish": Text(en="Finish paying", zh="继续付款"),
    "refunded": Text(en="{amount} was refunded to you.", zh="已向您退款 {amount}。"),
    "disputed": Text(en="Your bank is looking into this payment.", zh="您的银行正在核查这笔支付。"),
}

CANCEL_WORDS: Words = {
    **_ORDER,
    "title": Text(en="Your purchase", zh="您的购买"),
    "title_waiting": Text(en="You left the checkout", zh="您离开了收银台"),
    "meaning_waiting": Text(en="We are looking up your purchase.", zh="正在查询您的购买。"),
    "title_open": Text(en="Nothing was charged", zh="没有产生扣款"),
    "meaning_open": Text(
        en="You left the checkout, and your purchase is kept for you. Carry on where you left off, or let it go.",
        zh="您离开了收银台，这笔购买已为您保留。可以继续付款，也可以取消。",
    ),
    "title_none": Text(en="There is nothing to pay", zh="没有待付款的购买"),
    "meaning_none": Text(
        en="No purchase is open in this tab, and coming here has charged nothing.",
        zh="当前标签页没有待付款的购买，打开本页也不会产生扣款。",
    ),
    "title_paid": Text(en="This purchase is paid", zh="这笔购买已付款"),
    "meaning_paid": Text(
        en="Thank you! There is nothing left to pay or to cancel.", zh="感谢惠顾！无需再付款，也无需取消。"
    ),
    "title_moving": Text(en="Your payment is on its way", zh="支付处理中"),
    "meaning_moving": Text(
        en="Your bank is working on it. Please do not pay again.", zh="银行正在处理，请不要重复付款。"
    ),
    "title_over": Text(en="This purchase is over", zh="购买已结束"),
    "meaning_over": Text(
        en="Nothing was charged, and this checkout can no longer be paid.", zh="没有产生扣款，该收银台已关闭。"
    ),
    "title_canceled": Text(en="Purchase canceled", zh="购买已取消"),
    "meaning_canceled": Text(en="Nothing was charged, and nothing will be.", zh="没有产生扣款，之后也不会扣款。"),
    "resume": Text(en="Resume", zh="继续付款"),
    "cancel": Text(en="Cancel this purchase", zh="取消这笔购买"),
    "canceling": Text(en="Canceling…", zh="正在取消…"),
    "see_payment": Text(en="See the payment", zh="查看支付详情"),
    "again": Text(en="Please try again in a moment.", zh="请稍后再试。"),
    "connection_lost": Text(
        en="We are having trouble reaching the shop, and keep trying.", zh="暂时无法连接到商店，正在重试。"
    ),
}
