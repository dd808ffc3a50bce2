/** The grammar check of ifstated.conf: what ifstated takes, and what it refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { contentOf, edgeStack, planOf } from "../user-data/edge-node.ts";
import { GrammarError } from "./grammar-error.ts";
import { parseIfstated } from "./ifstated.ts";

const small = `is_up = "carp0.link.up"
state idle {
  if $is_up
    set-state busy
}
state busy {
  init {
    run "logger busy"
  }
  if ! $is_up {
    set-state idle
  }
}
`;

test("states, init, tests and actions outside states are read", () => {
  const { initialState, states, always } = parseIfstated(`${small}if $is_up\n\trun "logger up"\n`);
  assert.equal(initialState, "idle");
  assert.deepEqual(
    states.map(({ name, init, body }) => [name, init.length, body.length]),
    [
      ["idle", 0, 1],
      ["busy", 1, 1],
    ],
  );
  assert.deepEqual(always, [
    { condition: { link: "carp0", is: "up" }, actions: [{ run: "logger up" }] },
  ]);
});

test("init-state chooses another first state, also before it is defined", () => {
  assert.equal(parseIfstated(`init-state busy\n${small}`).initialState, "busy");
});

test("a macro in single quotes may hold a command in double quotes with its pace", () => {
  const ping = `ping_ok = '"ping -q -c 1 -w 1 8.8.8.8 >/dev/null 2>&1" every 15'\n`;
  const { always } = parseIfstated(`${ping}${small}if ! $ping_ok && (vio0.link.up)\nrun "x"\n`);
  const [first] = always;
  assert.deepEqual(first && "condition" in first && first.condition, {
    left: { not: { command: "ping -q -c 1 -w 1 8.8.8.8 >/dev/null 2>&1", everySeconds: 15 } },
    operator: "&&",
    right: { link: "vio0", is: "up" },
  });
});

test("&& and || bind alike, from the left", () => {
  const { always } = parseIfstated(`${small}if a.link.up || b.link.up && c.link.up\nrun "x"\n`);
  const [first] = always;
  const condition = first && "condition" in first ? first.condition : undefined;
  assert.equal(condition && "operator" in condition && condition.operator, "&&");
});

test("a shell's own variables may stand in a command", () => {
  parseIfstated(small.replace("logger busy", "logger $PATH $is_upper"));
});

test("the rendered configurations of the example are read, with either owner of the alias", () => {
  for (const alias of ["permanent", "ifstated"]) {
    const plan = planOf(edgeStack([["alias: permanent", `alias: ${alias}`]]));
    const { states, always } = parseIfstated(contentOf(plan, "/etc/ifstated.conf"));
    assert.deepEqual(
      states.map(({ name }) => name),
      ["promoted", "demoted"],
    );
    assert.equal(always.length, 8);
  }
});

const wrong: readonly (readonly [string, string, RegExp])[] = [
  [
    "a macro inside quotes",
    small.replace("logger busy", "logger $is_up"),
    /\$is_up is not expanded/,
  ],
  [
    "a state that is not there",
    small.replace("set-state busy", "set-state bussy"),
    /unknown state/,
  ],
  ["a first state that is not there", `init-state bussy\n${small}`, /unknown state bussy/],
  [
    "a macro that is not defined",
    small.replace("if $is_up", "if $down"),
    /macro 'down' not defined/,
  ],
  [
    "a macro before its definition",
    `if $late\nrun "x"\nlate = "x"\n${small}`,
    /'late' not defined/,
  ],
  ["a macro in a macro", `outer = "$is_up"\n${small}if $outer\nrun "x"\n`, /macro/],
  ["init outside a state", `${small}init {\nrun "x"\n}\n`, /wanted|init/],
  [
    "init inside if",
    small.replace('run "logger busy"', 'if $is_up {\ninit run "x"\n}'),
    /init stands/,
  ],
  ["set-state outside a state", `${small}if $is_up\nset-state busy\n`, /inside a state/],
  ["a state twice", `${small}${small.slice(small.indexOf("state"))}`, /already exists/],
  ["a state without actions", "state idle {\n}\n", /not an action/],
  ["no state", 'is_up = "carp0.link.up"\n', /no state/],
  [
    "an action behind another on its line",
    small.replace("set-state busy", 'run "a" run "b"'),
    /end/,
  ],
  [
    "a block on one line",
    small.replace(/if ! \$is_up \{\s+set-state idle\s+\}/, 'if $is_up { run "a" }'),
    /end/,
  ],
  ["a block that is not closed", small.slice(0, small.lastIndexOf("}")), /not an action/],
  ["if without a test", small.replace("if $is_up", "if"), /test is missing/],
  ["a link that is both", small.replace("carp0.link.up", "carp0.link.both"), /never both/],
  ["no dot before link", small.replace("carp0.link.up", "carp0 link up"), /\. is wanted/],
  ["an interval of zero", small.replace("carp0.link.up", "true every 0"), /invalid interval/],
  ["an interval with a unit", small.replace("carp0.link.up", "true every 5s"), /invalid interval/],
  ["a command without its pace", small.replace('"carp0.link.up"', `'"true"'`), /is wanted/],
  ["run without quotes around its words", small.replace('"logger busy"', "logger busy"), /end/],
  ["a quote that is not closed", small.replace('logger busy"', "logger busy"), /end/],
  ["a single &", small.replace("if ! $is_up {", "if $is_up & $is_up {"), /& is not/],
  ["an action that is unknown", small.replace('run "logger', 'exec "logger'), /not an action/],
  ["a keyword as a name", small.replaceAll("busy", "init"), /wanted/],
];

for (const [what, text, says] of wrong) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => parseIfstated(text),
      (error) => error instanceof GrammarError && says.test(error.message),
    );
  });
}

test("a refusal names the line", () => {
  assert.throws(() => parseIfstated(small.replace("set-state idle", "set-state idel")), {
    line: 11,
  });
});
