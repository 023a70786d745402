// The HTML was made and sanitised by the server; it is replaced only when it has changed.
const drawn = new WeakMap();

export default function ({ data, parentElement }) {
  const box = parentElement.querySelector(".rendered");
  if (drawn.get(box) === data.html) return;
  drawn.set(box, data.html);
  const text = document.createElement("div");
  text.className = "text";
  text.dir = "auto";
  text.innerHTML = data.html;
  box.replaceChildren(text);
}
