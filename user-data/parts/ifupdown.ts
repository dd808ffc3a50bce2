/** ifupdown itself, wherever it configures something: the package, and its first file. */
import { networkStackOf, type PartMaker } from "../context.ts";
import { file } from "../plan.ts";

export const ifupdownItself: PartMaker = (context) => {
  if (networkStackOf(context) !== "ifupdown") return {};
  const sourced = "source /etc/network/interfaces.d/*.cfg\n";
  return {
    packages: [{ name: "ifupdown", why: "brings the links up, with their hooks" }],
    files: [file("/etc/network/interfaces", sourced, "ifupdown reads what lies beside")],
  };
};
