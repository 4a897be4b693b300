// A passkey in a form: ask the server for a challenge, the device for its answer, and send that with the form.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function asked(form) {
  const token = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  const reply = await fetch(form.dataset.passkey, { method: "POST", body: token });
  // Too late, or another has signed out here meanwhile: the page says it better.
  if (!reply.ok) return location.reload();
  const publicKey = await reply.json();
  publicKey.challenge = bytes(publicKey.challenge);
  for (const known of publicKey.allowCredentials ?? publicKey.excludeCredentials ?? []) known.id = bytes(known.id);
  if (!publicKey.user) return navigator.credentials.get({ publicKey });
  publicKey.user.id = bytes(publicKey.user.id);
  return navigator.credentials.create({ publicKey });
}

function answer({ id, rawId, type, response }) {
  const told = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (response[part]) told[part] = text(response[part]);
  return JSON.stringify({ id, rawId: text(rawId), type, response: told });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) break;
  form.parentElement.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const trouble = form.querySelector("[role=status]");
    trouble.textContent = "";
    try {
      const made = await asked(form);
      if (!made) return;
      form.elements.passkey.value = answer(made);
      form.submit();
    } catch {
      // They turned away from it, or there is none: browsers do not say which.
      trouble.textContent = form.dataset.trouble;
    }
  });
}
