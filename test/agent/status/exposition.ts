/**
 * A strict parser of Prometheus' text exposition format 0.0.4. It throws where a scrape would be
 * refused, and where the format's own rules for HELP, TYPE, groups and histograms are broken.
 */
import assert from "node:assert/strict";

export type Series = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

export type Family = {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly series: readonly Series[];
};

export function parseExposition(text: string): ReadonlyMap<string, Family> {
  assert.ok(text.endsWith("\n"), "the last line must end");
  const families = new Map<string, Family & { readonly series: Series[] }>();
  const seen = new Set<string>();
  let help: { readonly name: string; readonly text: string } | undefined;
  let current: (Family & { readonly series: Series[] }) | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    const helped = /^# HELP ([a-zA-Z_:][\w:]*) (\S.*)$/.exec(line);
    const typed = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram)$/.exec(line);
    if (helped) {
      help = { name: helped[1] ?? "", text: helped[2] ?? "" };
      assert.doesNotMatch(help.text, /\\(?![\\n])/, "only \\\\ and \\n are escapes here");
    } else if (typed) {
      const [, name = "", type] = typed;
      assert.equal(help?.name, name, "HELP stands before TYPE");
      assert.ok(!families.has(name), `${name} comes in two groups`);
      current = { name, type: type as Family["type"], help: help?.text ?? "", series: [] };
      families.set(name, current);
    } else {
      const one = parseSeries(line);
      assert.ok(current, `a sample before any TYPE: ${line}`);
      const suffixes = current.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
      const fits = suffixes.some((suffix) => one.name === current?.name + suffix);
      assert.ok(fits, `${one.name} stands under ${current.name}`);
      const key = JSON.stringify([one.name, Object.entries(one.labels).sort()]);
      assert.ok(!seen.has(key), `the same series twice: ${line}`);
      seen.add(key);
      current.series.push(one);
    }
  }
  for (const family of families.values()) check(family);
  return families;
}

function parseSeries(line: string): Series {
  const found = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/s.exec(line);
  assert.ok(found, `no sample: ${line}`);
  const [, name = "", inside = "", value = ""] = found;
  const labels: Record<string, string> = {};
  let rest = inside;
  while (rest !== "") {
    const label = /^([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/.exec(rest);
    assert.ok(label, `no label: ${rest}`);
    const [all, key = "", text = ""] = label;
    assert.ok(!(key in labels) && !key.startsWith("__"), `label ${key}`);
    labels[key] = text;
    rest = rest.slice(all.length);
  }
  assert.match(value, /^[+-]?(\d+(\.\d+)?(e[+-]?\d+)?|Inf)$/, `no number: ${value}`);
  return { name, labels, value: value.endsWith("Inf") ? Infinity : Number(value) };
}

function check({ name, type, series }: Family): void {
  assert.ok(series.length > 0, `${name} has no sample`);
  if (type === "gauge") return;
  for (const { value } of series) assert.ok(value >= 0, `${name} went below 0`);
  if (type === "counter") {
    assert.match(name, /_total$/);
    return;
  }
  const buckets = series.filter((one) => one.name === `${name}_bucket`);
  const bounds = buckets.map(({ labels }) => Number(labels.le?.replace("+Inf", "Infinity")));
  assert.deepEqual(
    bounds,
    [...new Set(bounds)].sort((a, b) => a - b),
    "buckets rise",
  );
  assert.equal(bounds[bounds.length - 1], Infinity, "the last bucket is +Inf");
  const counts = buckets.map(({ value }) => value);
  assert.deepEqual(
    counts,
    [...counts].sort((a, b) => a - b),
    "buckets are cumulative",
  );
  const count = series.find((one) => one.name === `${name}_count`)?.value;
  assert.equal(counts[counts.length - 1], count, "the last bucket counts all");
  assert.ok(
    series.some((one) => one.name === `${name}_sum`),
    "a histogram has a sum",
  );
}
