/** Short ways to the page's elements. Text is only ever set as text: no answer of the shop becomes HTML. */
export const $ = (id) => document.getElementById(id);

/** Writes only what has changed: a screen reader reads a live region out whenever it is written. */
export function setText(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

export function element(tag, ...children) {
  const made = document.createElement(tag);
  made.append(...children);
  return made;
}
