"""What a buyer reads about an attempt to pay that failed: what happened, and what to do next.

Sentences of ours, in both languages; which code of Stripe's means which is in `decline_codes`. None repeats Stripe's
prose, and none says more than a buyer should learn: a card that was reported lost is declined, and no more.
"""

from gateway.domain.language import Text

DECLINED = Text(
    en="The card was declined. Please use another card, or ask the bank that issued this one.",
    zh="卡片被拒绝。请换一张卡，或联系发卡银行。",
)
FAILED = Text(
    en="The payment did not go through. Please try another card or another way to pay.",
    zh="付款没有成功。请换一张卡，或换一种支付方式。",
)
NOT_AUTHENTICATED = Text(
    en="The bank could not confirm that it is you (3-D Secure). Please try again and finish the bank's check, "
    "or use another card.",
    zh="银行未能确认是您本人操作（3-D Secure 验证未通过）。请重试并完成银行验证，或换一张卡。",
)
NEEDS_AUTHENTICATION = Text(
    en="The bank wants to make sure that it is you. Please pay again and finish the bank's check.",
    zh="银行需要确认是您本人操作。请再次付款并完成银行验证。",
)
NO_FUNDS = Text(
    en="There is not enough money on this card or account. Please use another one.",
    zh="卡片或账户余额不足。请更换其他卡片或账户。",
)
LIMIT_REACHED = Text(
    en="This payment is above what the card or account may spend now. Please use another one, or ask the bank.",
    zh="本次付款超出该卡片或账户目前的限额。请换一张卡，或联系银行。",
)
EXPIRED = Text(
    en="This card has expired. Please use another one.",
    zh="此卡已过期。请换一张卡。",
)
EXPIRED_METHOD = Text(
    en="The details saved for this way to pay have expired. Please renew them there, or pay another way.",
    zh="该支付方式中保存的信息已过期。请在该支付方式中更新，或换一种方式付款。",
)
WRONG_NUMBER = Text(
    en="The card number is not right. Please check it and try again.",
    zh="卡号不正确。请核对后重试。",
)
WRONG_CVC = Text(
    en="The security code (CVC) is not right. Please check it and try again.",
    zh="安全码（CVC）不正确。请核对后重试。",
)
WRONG_DATE = Text(
    en="The expiry date is not right. Please check it and try again.",
    zh="有效期不正确。请核对后重试。",
)
WRONG_ADDRESS = Text(
    en="The address or postal code is not the one that the bank knows. Please check it and try again.",
    zh="地址或邮政编码与银行登记的不一致。请核对后重试。",
)
WRONG_PIN = Text(
    en="The PIN is not right. Please try again.",
    zh="密码（PIN）不正确。请重试。",
)
TOO_MANY_PINS = Text(
    en="The PIN was wrong too often. Please use another card.",
    zh="密码（PIN）错误次数过多。请换一张卡。",
)
NEEDS_PIN = Text(
    en="This card works only where its PIN can be entered. Please use another card.",
    zh="此卡仅能在可输入密码（PIN）处使用。请换一张卡。",
)
TRY_AGAIN = Text(
    en="The bank could not handle the payment just now. Please try again in a moment.",
    zh="银行暂时无法处理这笔付款。请稍后重试。",
)
TOO_MANY_TRIES = Text(
    en="This card was tried too often today. Please use another one.",
    zh="此卡今天尝试次数过多。请换一张卡。",
)
TIME_RAN_OUT = Text(
    en="The time to finish this payment ran out. Please try again.",
    zh="付款已超时。请重试。",
)
NOT_FOR_THIS = Text(
    en="This card cannot be used for this kind of purchase. Please use another one, or ask the bank that issued it.",
    zh="此卡不支持此类交易。请换一张卡，或联系发卡银行。",
)
WRONG_CURRENCY = Text(
    en="This card or way to pay does not take this currency. Please use another one.",
    zh="该卡片或支付方式不支持此币种。请换一张卡，或换一种支付方式。",
)
TWICE = Text(
    en="The same payment was made a moment ago. Please look whether it is paid before you pay again.",
    zh="刚刚已有一笔相同的付款。请先确认是否已支付，再决定是否重新付款。",
)
ACCOUNT_PROBLEM = Text(
    en="There is a problem with this card's account. Please use another card, or ask the bank that issued it.",
    zh="此卡对应的账户有问题。请换一张卡，或联系发卡银行。",
)
AMOUNT_NOT_TAKEN = Text(
    en="This amount cannot be paid this way. Please use another card or another way to pay.",
    zh="该金额无法以此方式支付。请换一张卡，或换一种支付方式。",
)
STOPPED = Text(
    en="The bank was asked not to pay this. Please use another card, or ask the bank that issued it.",
    zh="银行已按要求停止此类付款。请换一张卡，或联系发卡银行。",
)
TEST_CARD = Text(
    en="This is a test card, and here real money is paid. Please use a real card.",
    zh="这是测试卡，而此处为真实付款。请使用真实的卡。",
)
METHOD_DECLINED = Text(
    en="The provider of this way to pay declined the payment. Please pay another way.",
    zh="该支付方式的服务商拒绝了付款。请换一种方式付款。",
)
METHOD_LATE = Text(
    en="The provider of this way to pay did not answer in time. Please try again, or pay another way.",
    zh="该支付方式的服务商未及时响应。请重试，或换一种方式付款。",
)
METHOD_AWAY = Text(
    en="This way to pay cannot be used at the moment. Please pay another way.",
    zh="目前无法使用该支付方式。请换一种方式付款。",
)
METHOD_ACCOUNT = Text(
    en="Your account with this way to pay has a problem. Please look there, or pay another way.",
    zh="您在该支付方式中的账户有问题。请前往该支付方式查看，或换一种方式付款。",
)
CALLED_OFF = Text(
    en="The payment was called off. Please try again, or pay another way.",
    zh="付款已被取消。请重试，或换一种方式付款。",
)
BANK_ACCOUNT = Text(
    en="The bank account could not be charged. Please check its details, or pay another way.",
    zh="无法从该银行账户扣款。请核对账户信息，或换一种方式付款。",
)
BANK_DETAILS = Text(
    en="The bank account's number is not right. Please check it and try again.",
    zh="银行账号信息不正确。请核对后重试。",
)
NOT_PERMITTED = Text(
    en="The bank account does not allow this debit. Please ask the bank, or pay another way.",
    zh="该银行账户不允许此次扣款。请联系银行，或换一种方式付款。",
)
NOT_VERIFIED = Text(
    en="The bank account could not be verified. Please try again, or pay another way.",
    zh="该银行账户未能通过验证。请重试，或换一种方式付款。",
)
NO_REPEATED_CHARGES = Text(
    en="The bank does not take repeated charges here. Please use another card or account.",
    zh="银行不支持此类定期扣款。请换一张卡或账户。",
)
INCOMPLETE = Text(
    en="Some details for this way to pay are missing. Please fill them in and try again.",
    zh="该支付方式缺少部分信息。请填写完整后重试。",
)

SENTENCES: dict[str, Text] = {name: value for name, value in vars().copy().items() if isinstance(value, Text)}
"""Every one of them, by its name here."""
