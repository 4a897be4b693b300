// A button beside an address copies it. Without this there is no button: the address itself can be copied.
for (const each of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  const said = each.querySelector("[role=status]");
  each.querySelector("button").addEventListener("click", async () => {
    said.textContent = "";
    const done = await navigator.clipboard.writeText(each.dataset.copy).then(() => true, () => false);
    // Said anew each time, and gone when it is old.
    said.textContent = done ? said.dataset.done : said.dataset.not;
    setTimeout(() => (said.textContent = ""), 5000);
  });
  each.hidden = false;
}
