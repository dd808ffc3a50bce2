/** YAML that PyYAML reads as YAML 1.1 and gives back as the same data. */
import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE, type ScalarStyleRule } from "js-yaml";

/** PyYAML takes a question mark or a colon for syntax wherever it stands in a list on one line. */
const quoteInFlow: ScalarStyleRule = (layout) => {
  if (!layout.flowOnly || layout.style !== SCALAR_STYLE.PLAIN) return;
  if (/[?:]/.test(layout.node.value)) layout.style = SCALAR_STYLE.SINGLE_QUOTED;
};

const scalarStyleRules = [...Object.values(DEFAULT_SCALAR_STYLE_RULES), quoteInFlow];

/**
 * One mapping, or a part of one: texts of several calls stand behind each other.
 * @param flowLevel depth from which collections stand on one line; never by default
 */
export function toYaml(data: object, flowLevel = -1): string {
  const text = dump(data, { lineWidth: -1, noRefs: true, flowLevel, scalarStyleRules });
  // Behind a text that ends in blank lines the mark would end the document too early.
  return text.replace(/\n\.\.\.\n$/, "\n");
}
