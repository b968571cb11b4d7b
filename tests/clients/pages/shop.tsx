// A shop of another origin, made of docs/frontend alone: a price to buy, and the page to return to.

import { createRoot } from "react-dom/client";

import { BuyButton } from "../build/frontend/BuyButton";
import { SuccessPage } from "../build/frontend/SuccessPage";

const { pathname, searchParams } = new URL(window.location.href);
const priceId = searchParams.get("price") ?? "price_1QlYNRHVMy0i1BlJA1y0DxB2";
const page =
  pathname === "/success" ? (
    <SuccessPage sessionId={searchParams.get("session_id")} />
  ) : (
    <BuyButton priceId={priceId} name="Starter Plan" orderId={searchParams.get("order") ?? undefined} />
  );
createRoot(document.getElementById("shop")!).render(page);
