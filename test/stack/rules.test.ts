/** Every rule and every message: a stack file that breaks it, and a neighbour that keeps it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { formatPath } from "../../stack/diagnostic.ts";
import { messages } from "../../stack/messages.ts";
import { resolve } from "../../stack/resolve.ts";
import * as advice from "../../stack/rules/advice.ts";
import * as election from "../../stack/rules/election.ts";
import * as hosts from "../../stack/rules/hosts.ts";
import * as networks from "../../stack/rules/networks.ts";
import * as order from "../../stack/rules/order.ts";
import * as services from "../../stack/rules/services.ts";
import { declaration } from "../../stack/schema.ts";
import { type Base, bases } from "./bases.ts";
import {
  carpCases,
  electionCases,
  healthCases,
  intervalCases,
  needlessCases,
} from "./cases/election.ts";
import { hostCases, systemCases } from "./cases/hosts.ts";
import { carrierCases, networkCases, placeCases } from "./cases/networks.ts";
import { orderCases, priorityCases } from "./cases/order.ts";
import { fileCases, scalarCases, scalarsAllowed } from "./cases/scalars.ts";
import { agentCases, serviceCases, warningCases } from "./cases/services.ts";
import { textCases, valueCases } from "./cases/text.ts";
import { brief, type Change, diagnose, type RuleCase, stackWith, textOf } from "./rule-case.ts";

const tables: Readonly<Record<string, readonly RuleCase[]>> = {
  "the text": textCases,
  "keys and values": valueCases,
  hosts: hostCases,
  systems: systemCases,
  networks: networkCases,
  places: placeCases,
  carriers: carrierCases,
  orders: orderCases,
  priorities: priorityCases,
  elections: electionCases,
  intervals: intervalCases,
  "needless settings": needlessCases,
  carp: carpCases,
  health: healthCases,
  services: serviceCases,
  "the agent": agentCases,
  warnings: warningCases,
};
const cases = Object.values(tables).flat();

for (const base of Object.keys(bases) as Base[]) {
  test(`nothing is said about the ${base} stack`, () => {
    assert.deepEqual(diagnose(textOf(base, {})).map(brief), []);
  });
}

for (const [topic, table] of Object.entries(tables)) {
  describe(topic, () => {
    for (const { title, on, broken, says, message, at, fine, warns } of table) {
      const findings = (change: Change) =>
        diagnose(textOf(on, change)).filter(
          ({ severity }) => severity === (warns ? "warning" : "error"),
        );
      test(title, (context) => {
        const spoken = says && context.mock.method(messages, says).mock;
        const found = findings(broken);
        assert.deepEqual(
          found.map(({ path }) => formatPath(path)),
          [at].flat(),
        );
        assert.ok(
          found.some((one) => message.test(one.message)),
          found.map(brief).join("\n"),
        );
        assert.notEqual(spoken?.callCount(), 0, `messages.${says} is not what was said`);
        assert.deepEqual(findings(fine).map(brief), [], "its neighbour breaks no rule");
      });
    }
  });
}

describe("fields", () => {
  for (const { title, broken, message } of [...scalarCases, ...fileCases]) {
    test(`refused: ${title}`, () => {
      const said = diagnose(textOf("exoscale", broken)).map(brief);
      assert.ok(
        said.some((line) => message.test(line)),
        said.join("\n"),
      );
    });
  }
  for (const change of scalarsAllowed) {
    test(`allowed: ${JSON.stringify(change)}`, () => {
      const found = diagnose(textOf("exoscale", change));
      assert.deepEqual(found.filter(({ severity }) => severity === "error").map(brief), []);
    });
  }
});

/** The text of all code of a folder, in which messages are looked for by their name. */
const codeOf = (folder: string): string => {
  const root = new URL(`../../${folder}/`, import.meta.url);
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && path !== "messages.ts")
    .map((path) => readFileSync(new URL(path, root), "utf8"))
    .join("\n");
};

test("every message that the stack file can cause has a case, and the others are in use", () => {
  const covered = new Set<string>(cases.flatMap(({ says }) => says ?? []));
  const uncovered = Object.keys(messages).filter((key) => !covered.has(key));
  const [here, elsewhere] = [codeOf("stack"), codeOf("user-data") + codeOf("cli")];
  for (const key of uncovered) {
    assert.ok(!here.includes(`messages.${key}(`), `no case says messages.${key}`);
    assert.ok(elsewhere.includes(`messages.${key}(`), `nobody says messages.${key}`);
  }
});

test("every rule is broken by a case", () => {
  const judged = cases.flatMap(({ on = "exoscale", broken }) => {
    if (typeof broken === "string") return [];
    const parsed = declaration.safeParse(stackWith(on, broken));
    return parsed.success ? [{ declared: parsed.data, stack: resolve(parsed.data) }] : [];
  });
  const rules = Object.entries({
    ...advice,
    ...election,
    ...hosts,
    ...networks,
    ...order,
    ...services,
  });
  const silent = rules.filter(
    ([, rule]) => !judged.some(({ declared, stack }) => rule(declared, stack).length > 0),
  );
  assert.deepEqual(
    silent.map(([name]) => name),
    [],
  );
});
