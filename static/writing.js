// Beside what somebody writes: how many characters are left, and how it will read. Without it the page says both in words.
const form = document.querySelector("form[data-writing]");
const most = Number(form.dataset.writing);
const [left, aloud, preview] = ["[data-left]", "[role=status]", "[data-preview]"].map((each) => form.querySelector(each));
const [quote, who] = ["blockquote", ".who"].map((each) => preview.querySelector(each));
const numbers = new Intl.NumberFormat(document.documentElement.lang);
let told;

// As the server counts: characters and not what they are stored in, without the white space around.
const written = () => form.elements.text.value.normalize("NFC").trim();

function count(words) {
  const remain = most - [...words].length;
  left.textContent = `${remain < 0 ? left.dataset.over : left.dataset.left} ${numbers.format(Math.abs(remain))}`;
  left.className = remain < 0 ? "message" : "quiet";
  // Read out once somebody pauses, and not at every key.
  clearTimeout(told);
  told = setTimeout(() => (aloud.textContent = left.textContent), 1000);
}

function show(words) {
  const lines = words.split("\n").filter((line) => line.trim());
  quote.replaceChildren(
    ...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })),
  );
  // As every page sets words that are many.
  quote.parentElement.classList.toggle("long", words.length > 320);
  const chosen = form.querySelector("[name=attribution]:checked");
  // The name itself, and not what is said of it in a line below.
  who.textContent = chosen?.parentElement.querySelector("span").firstChild.textContent.trim() ?? "";
  preview.hidden = !lines.length || !chosen;
}

function refresh() {
  const words = written();
  count(words);
  show(words);
}

form.addEventListener("input", refresh);
left.hidden = false;
refresh();
clearTimeout(told);
