/** What `pulumi up` runs. Plain JavaScript, so that a Node that is too old can still be told so. */
import * as pulumi from "@pulumi/pulumi";

const wanted = 24;
const { node } = process.versions;
if (Number(node.split(".")[0]) < wanted) {
  const how = "`npx -c 'pulumi up'` in this folder finds the Node that `npm ci` brought along";
  throw new pulumi.RunError(
    `this program needs Node ${wanted}, and this is Node ${node}.\nfix: ${how}`,
  );
}
const { program } = await import("./program.ts");
// biome-ignore lint/style/noDefaultExport: each named export is an output, also without a value.
export default await program();
