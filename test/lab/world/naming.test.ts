/** What boots in place of a system: the same before anything is made, and from the cloud's template. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogue } from "../../../lab/emulators/exoscale-catalogue.ts";
import { flavourFor } from "../../../lab/image/flavour.ts";
import type { Instance, World } from "../../../lab/model/exoscale/world.ts";
import { flavourOf } from "../../../lab/world/naming.ts";

test("a template boots the flavour that its system was planned for", () => {
  const templates = Object.values(catalogue.templates);
  const flavours = templates.map(({ id, family, version }) => {
    const instance = { make: { template: id } } as Instance;
    const flavour = flavourOf(catalogue as World, instance);
    assert.equal(flavour, flavourFor(`${family.split(" ")[1]}-${version}`));
    return `${family} ${version}: ${flavour}`;
  });
  assert.deepEqual(
    [...new Set(flavours)],
    [
      "Linux debian 12: ifupdown",
      "Linux debian 13: netplan",
      "Linux ubuntu 22.04: netplan",
      "Linux ubuntu 24.04: netplan",
    ],
  );
});
