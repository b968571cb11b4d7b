// The checkout form: formats what is typed, checks it before it is sent, and sends it once.
// Without this file the form still works; the server checks everything again.
(() => {
  const form = document.getElementById("pay");
  const button = document.getElementById("submit");
  const banner = document.getElementById("banner");
  const label = button.querySelector(".text");
  const idleText = label.textContent;
  const texts = JSON.parse(form.dataset.texts);
  const input = (name) => form.elements.namedItem(name);
  const digits = (text) => text.replace(/\D/g, "");
  form.noValidate = true;

  const luhn = (number) => {
    let total = 0;
    [...number].reverse().forEach((digit, place) => {
      const doubled = Number(digit) * (place % 2 ? 2 : 1);
      total += doubled > 9 ? doubled - 9 : doubled;
    });
    return number.length >= 12 && total % 10 === 0;
  };

  const expiryFault = (text) => {
    const number = digits(text);
    if (number.length !== 4) return texts.expiry;
    const month = Number(number.slice(0, 2));
    const year = 2000 + Number(number.slice(2));
    if (month < 1 || month > 12) return texts.expiry_month;
    const now = new Date();
    return year * 12 + month - 1 < now.getFullYear() * 12 + now.getMonth() ? texts.expiry_past : "";
  };

  const checks = {
    email: (text) => (/^[^@\s]+@[^@\s]+\.[^@\s.]+$/.test(text) ? "" : texts.email),
    card_number: (text) => (!text ? texts.card_number_missing : luhn(digits(text)) ? "" : texts.card_number),
    expiry: expiryFault,
    cvc: (text) => (/^\d{3}$/.test(text) ? "" : texts.cvc),
    name: (text) => (text ? "" : texts.name),
    postal_code: (text) => (input("country").value !== "US" || /^\d{5}$/.test(text) ? "" : texts.postal_code),
  };

  // What the shop's own options ask for: a required field must be filled in.
  for (const { name } of form.querySelectorAll("[data-field] input[required]")) {
    checks[name] ??= (text) => (text ? "" : texts.field);
  }

  const showFault = (name, fault) => {
    const field = form.querySelector(`[data-field="${name}"]`);
    field.classList.toggle("has-fault", Boolean(fault));
    field.querySelector("input, select").setAttribute("aria-invalid", String(Boolean(fault)));
    const place = field.querySelector(".fault");
    if (place) place.textContent = fault;
  };

  const check = (name) => {
    const element = input(name);
    const fault = element ? checks[name](element.value.trim()) : "";
    if (element) showFault(name, fault);
    return fault;
  };

  const setBusy = (busy) => {
    button.setAttribute("aria-busy", String(busy));
    button.disabled = busy;
    label.textContent = busy ? form.dataset.busy : idleText;
  };

  const showBanner = (message) => {
    banner.textContent = message || "";
    banner.hidden = !message;
    if (message) banner.focus();
  };

  const group = (element, format) =>
    element?.addEventListener("input", () => {
      const atEnd = element.selectionStart === element.value.length;
      const before = digits(element.value.slice(0, element.selectionStart)).length;
      element.value = format(element.value);
      if (atEnd) return;
      let place = 0;
      for (let seen = 0; seen < before && place < element.value.length; place += 1) {
        if (/\d/.test(element.value[place])) seen += 1;
      }
      element.setSelectionRange(place, place);
    });

  group(input("card_number"), (text) => (digits(text).slice(0, 19).match(/.{1,4}/g) || []).join(" "));
  group(input("cvc"), (text) => digits(text).slice(0, 3));
  group(input("expiry"), (text) => {
    let number = digits(text).slice(0, 4);
    if (/^[2-9]$/.test(number)) number = `0${number}`;
    return number.length > 2 ? `${number.slice(0, 2)} / ${number.slice(2)}` : number;
  });

  for (const name of Object.keys(checks)) {
    input(name)?.addEventListener("blur", () => input(name).value && check(name));
    input(name)?.addEventListener("input", () => showFault(name, ""));
  }
  input("country").addEventListener("change", () => showFault("postal_code", ""));

  for (const chip of document.querySelectorAll(".chip")) {
    chip.addEventListener("click", () => {
      const year = String((new Date().getFullYear() + 4) % 100).padStart(2, "0");
      const sample = { email: "buyer@example.com", expiry: `12 / ${year}`, cvc: "123", name: "Jenny Rosen" };
      if (input("country").value === "US") sample.postal_code = "94107";
      for (const [name, value] of Object.entries(sample)) if (!input(name).value) input(name).value = value;
      input("card_number").value = chip.dataset.number;
      for (const other of document.querySelectorAll(".chip")) other.setAttribute("aria-pressed", String(other === chip));
      for (const name of Object.keys(checks)) check(name);
      showBanner("");
      button.focus();
    });
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    showBanner("");
    const faulty = Object.keys(checks).filter((name) => check(name));
    if (faulty.length) {
      input(faulty[0]).focus();
      return;
    }
    setBusy(true);
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(new FormData(form)),
      });
      const outcome = await answer.json();
      if (outcome.redirect) {
        window.location.assign(outcome.redirect);
        return;
      }
      for (const [name, fault] of Object.entries(outcome.faults)) showFault(name, fault);
      showBanner(outcome.message);
      setBusy(false);
    } catch {
      setBusy(false);
      showBanner(form.dataset.trouble);
    }
  });

  // Coming back through the browser's history must not find a dead button.
  window.addEventListener("pageshow", (event) => event.persisted && setBusy(false));
})();
