// Keeps an overview as it stands now: every few seconds what has changed is put in place, without a reload.
(() => {
  const EVERY_MS = 5_000;
  const refresh = async () => {
    if (document.visibilityState !== "visible" || String(document.getSelection())) return;
    const answer = await fetch(window.location.href).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    const shown = document.querySelector("main");
    if (fresh && fresh.innerHTML !== shown.innerHTML) shown.replaceWith(fresh);
  };
  setInterval(refresh, EVERY_MS);
})();
