// What the pages say themselves, in both languages. What went wrong is said by the gateway, in the browser's language.

import { useSyncExternalStore } from "react";

import type { PaymentStatus } from "./generated";

interface Texts {
  buy: (name: string) => string;
  busy: string;
  unreachable: string;
  unexpected: string;
  reportIt: string;
  whichPayment: string;
  asking: string;
  titles: Record<PaymentStatus, string>;
  anotherWay: string;
  finishPaying: string;
  backToShop: string;
  updatesItself: string;
  reconnecting: string;
}

const ENGLISH: Texts = {
  buy: (name) => `Buy ${name}`,
  busy: "One moment…",
  unreachable: "We could not be reached. Nothing was charged; please try again.",
  unexpected: "Something went wrong on our side. Nothing was charged.",
  reportIt: "Please tell us; trying again will not help.",
  whichPayment: "Which payment?",
  asking: "Asking for your payment…",
  titles: {
    PAID: "Payment received",
    NO_PAYMENT_REQUIRED: "Nothing to pay",
    PROCESSING: "Payment under way",
    UNPAID: "Not paid yet",
    FAILED: "Payment failed",
    EXPIRED: "The checkout page has closed",
    CANCELED: "Payment canceled",
  },
  anotherWay: "Try another way",
  finishPaying: "Finish paying",
  backToShop: "Back to the shop",
  updatesItself: "This page updates by itself.",
  reconnecting: "Connecting again…",
};

const CHINESE: Texts = {
  buy: (name) => `购买 ${name}`,
  busy: "请稍候……",
  unreachable: "暂时无法连接，没有扣款，请重试。",
  unexpected: "我们这边出了问题，没有扣款。",
  reportIt: "重试没有用，请联系我们。",
  whichPayment: "缺少支付会话编号。",
  asking: "正在确认支付状态……",
  titles: {
    PAID: "支付成功",
    NO_PAYMENT_REQUIRED: "无需支付",
    PROCESSING: "支付处理中",
    UNPAID: "尚未支付",
    FAILED: "支付失败",
    EXPIRED: "支付页面已过期",
    CANCELED: "支付已取消",
  },
  anotherWay: "换一种方式支付",
  finishPaying: "继续支付",
  backToShop: "返回首页",
  updatesItself: "本页会自动更新。",
  reconnecting: "正在重新连接……",
};

const never = () => () => {};

/** The texts in the browser's language. A server renders English, and the browser then takes its own. */
export function useTexts(): Texts {
  return useSyncExternalStore(never, textsHere, () => ENGLISH);
}

export function textsHere(): Texts {
  return navigator.language.toLowerCase().startsWith("zh") ? CHINESE : ENGLISH;
}
