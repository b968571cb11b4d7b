// src/main.tsx of a Vite project: the shop at "/", and the page that Stripe sends the buyer back to.

import { createRoot } from "react-dom/client";

import { BuyButton } from "./frontend/BuyButton";
import { SuccessPage } from "./frontend/SuccessPage";

const { pathname, searchParams } = new URL(window.location.href);
const page =
  pathname === "/success" ? (
    <SuccessPage sessionId={searchParams.get("session_id")} />
  ) : (
    <BuyButton priceId="price_1QlYNRHVMy0i1BlJA1y0DxB2" name="Starter Plan" />
  );
createRoot(document.getElementById("root")!).render(page);
