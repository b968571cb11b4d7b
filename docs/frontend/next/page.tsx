// app/page.tsx of a Next project: the shop.

import { BuyButton } from "../frontend/BuyButton";

export default function Shop() {
  return <BuyButton priceId="price_1QlYNRHVMy0i1BlJA1y0DxB2" name="Starter Plan" />;
}
