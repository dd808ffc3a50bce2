/** Where Debian's packages come from: this machine's own choice of mirror, for another release. */

/** Suites of one release as a source names them: the release itself, and what is added to it. */
const suitesOf = (release: string): RegExp => new RegExp(`^${release}(-(updates|security))?$`);

/**
 * Debian's own entries among one file of sources, rewritten for another release.
 * @param text in apt's one-line form, or in its newer form of fields
 * @returns nothing for a file that holds no source of this release: another vendor's, say
 */
export function sourcesFor(text: string, from: string, to: string): string {
  return /^(URIs|Suites):/m.test(text) ? fields(text, from, to) : lines(text, from, to);
}

function fields(text: string, from: string, to: string): string {
  const kept = text.split(/\n\s*\n/).flatMap((entry) => {
    const suites = /^Suites:(.*)$/m.exec(entry)?.[1]?.trim().split(/\s+/) ?? [];
    if (!debianOnly(suites, from) || !/^Types:.*\bdeb\b/m.test(entry)) return [];
    const renamed = suites.map((suite) => suite.replace(from, to)).join(" ");
    const written = entry.replace(/^#.*\n/gm, "").replace(/^Suites:.*$/m, `Suites: ${renamed}`);
    return [`${written.trim()}\n`];
  });
  return kept.join("\n");
}

function lines(text: string, from: string, to: string): string {
  const kept = text.split("\n").flatMap((line) => {
    const [, options = "", uri, suite = "", components] =
      /^\s*deb\s+(\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.+)$/.exec(line) ?? [];
    if (uri === undefined || !debianOnly([suite], from)) return [];
    return [`deb ${options}${uri} ${suite.replace(from, to)} ${components}\n`];
  });
  return kept.join("");
}

const debianOnly = (suites: readonly string[], release: string): boolean =>
  suites.length > 0 && suites.every((suite) => suitesOf(release).test(suite));
