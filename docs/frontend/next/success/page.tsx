// app/success/page.tsx of a Next project: the page that Stripe sends the buyer back to.

import { SuccessPage } from "../../frontend/SuccessPage";

interface Arrival {
  searchParams: Promise<{ session_id?: string }>;
}

export default async function Success({ searchParams }: Arrival) {
  const { session_id } = await searchParams;
  return <SuccessPage sessionId={session_id ?? null} />;
}
