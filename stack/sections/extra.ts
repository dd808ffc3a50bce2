/** The user's own packages, files and commands. */
import { z } from "zod";
import { textOrReference } from "../reference.ts";
import { absolutePath, mode } from "../scalars.ts";
import { section } from "../section.ts";

const packageName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9+._=~:-]*$/, {
  error: "write the name of a package, such as tcpdump",
});

const owner = z.string().regex(/^[a-z_][a-z0-9_-]*:[a-z_][a-z0-9_-]*$/, {
  error: "write user:group, such as root:root",
});

const file = section({
  path: absolutePath.describe("Where the file lies on the host."),
  content: textOrReference.describe("Text of the file, or ${file:PATH}."),
  owner: owner.default("root:root").describe("Owner and group. Default: root:root."),
  mode: mode
    .optional()
    .describe(
      'Mode, quoted. Default: "0600" for what ${env:NAME} or ${pulumi:NAME} names and for a private key, else "0644".',
    ),
});

export const extra = section({
  packages: z.array(packageName).default([]).describe("More packages to install."),
  files: z.array(file).prefault([]).describe("More files to write."),
  commands: z
    .array(z.string().min(1, { error: "write a command of the shell" }))
    .default([])
    .describe("Commands of the shell, run once at the end of the first boot."),
  package_update: z
    .boolean()
    .optional()
    .describe("Refresh the package lists first (cloud-init's own key). Default: true."),
  package_upgrade: z
    .boolean()
    .optional()
    .describe("Upgrade all packages first (cloud-init's own key). Default: false."),
});
