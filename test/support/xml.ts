/** Enough of XML to tell whether an SVG is well-formed. */

const TAG = /<(\/?)([a-z][a-zA-Z]*)((?:\s+[a-zA-Z][a-zA-Z:-]*="[^"<&]*")*)\s*(\/?)>/y;

/** The texts of all elements. Throws where the document is not well-formed. */
export function textsOf(xml: string): string[] {
  const texts: string[] = [];
  const open: string[] = [];
  let at = 0;
  while (at < xml.length) {
    TAG.lastIndex = at;
    const tag = TAG.exec(xml);
    if (tag === null) {
      const end = xml.indexOf("<", at);
      const text = end === -1 ? xml.slice(at) : xml.slice(at, end);
      if (text === "" || open.length === 0 || /[&>]/.test(text))
        throw new Error(`broken at: ${xml.slice(at, at + 60)}`);
      texts.push(text);
      at += text.length;
      continue;
    }
    const [whole, closing, name = "", , empty] = tag;
    if (closing === "/") {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> closes <${last ?? "nothing"}>`);
    } else if (empty !== "/") {
      if (open.length === 0 && at !== 0) throw new Error("two roots");
      open.push(name);
    }
    at += whole.length;
  }
  if (open.length !== 0) throw new Error(`<${open.join("><")}> stays open`);
  return texts;
}
