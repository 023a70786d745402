// A button on each block of code that copies it.

function withCopyButtons(text) {
  for (const code of text.querySelectorAll("pre.code")) {
    const box = document.createElement("div");
    box.className = "code-box";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy this code");
    button.onclick = () => copyCode(button, code.querySelector("code").textContent);
    code.replaceWith(box);
    box.append(code, button);
  }
}

async function copyCode(button, words) {
  const copied = await navigator.clipboard?.writeText(words).then(() => true, () => false) || copiedByCommand(words);
  button.textContent = copied ? "Copied" : "Not allowed";
  setTimeout(() => (button.textContent = "Copy"), 1500);
}

// Without https a browser has no clipboard of its own to offer.
function copiedByCommand(words) {
  const field = document.createElement("textarea");
  field.value = words;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  return copied;
}
