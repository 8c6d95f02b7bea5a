// What all fields have in common that somebody writes in.

// From so many letters before the end on, the room is counted.
export const NEAR = 50;

// As the server counts: code points, a line break as one, nothing around the text.
export const lengthOf = (text) => [...text.replace(/\r\n?/g, "\n").trim()].length;

// Ctrl+Enter or ⌘+Enter sends, but not while an input method is composing, where 229 is what some browsers say.
export const sends = (event) =>
  event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing && event.keyCode !== 229 && !event.repeat;

// While a text is on its way nothing is written behind it: that would be gone with the answer, or be sent twice.
export const hold = (field) => (field.readOnly = true);
export const release = (field) => (field.readOnly = false);
export const isHeld = (field) => field.readOnly;
