// What all fields have in common that somebody writes in.

// From so many letters before the end on, the room is counted.
export const NEAR = 50;

// As the server counts: code points, a line break as one, nothing around the text.
export const lengthOf = (text) => [...text.replace(/\r\n?/g, "\n").trim()].length;

// Ctrl+Enter or ⌘+Enter sends, but not while an input method is composing, where 229 is what some browsers say.
export const sends = (event) =>
  event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing && event.keyCode !== 229 && !event.repeat;
