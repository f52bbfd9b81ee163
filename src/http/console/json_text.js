// Puts line breaks and blanks into a JSON text, and changes nothing else: numbers stay as they were written.
export function indented(text) {
  let out = "", depth = 0, last = "";
  const line = () => "\n" + "  ".repeat(depth);
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    const closes = token === "}" || token === "]";
    if (closes) depth -= 1;
    if ((last === "{" || last === "[") !== closes) out += line(); // between empty ones stands nothing
    out += token === ":" ? ": " : token;
    if (token === "{" || token === "[") depth += 1;
    if (token === ",") out += line();
    last = token;
  }
  return out;
}
