// Marks the generators of a bundle, so that a call knows of those that were made and never run.
//
// An engine tells nobody that a generator is made, but it evaluates the defaults of parameters when one is. So each gets one more parameter, whose default notes
// it, and begins with a call that says that it runs. A parameter for the rest takes no argument away; lines stay what they are.

/** The bundle with marks in the generators whose line in it is the author's. */
export function withMarks(code, isOfAuthor, { parse }) {
  const marks = [];
  for (const generator of generatorsOf(parse(code, { ecmaVersion: 'latest', sourceType: 'module', locations: true }))) {
    const { params, body, id, start, loc, isAsync } = generator;
    // A function that is strict by itself must not have such a parameter.
    if (!isOfAuthor(loc.start.line) || body.body[0]?.directive) continue;
    const rest = params.at(-1)?.type === 'RestElement' ? params.at(-1) : undefined;
    const mark = `...{ "": __pushgate = __pushgateLater(${isAsync}) }`;
    const first = code.indexOf('(', id?.end ?? start) + 1;
    if (rest) marks.push([rest.start, mark, rest.end]);
    else marks.push([params.at(-1)?.end ?? first, params.length > 0 ? `, ${mark}` : mark]);
    const own = rest ? ` var ${code.slice(rest.argument.start, rest.argument.end)} = [...arguments].slice(${params.length - 1});` : '';
    marks.push([body.start + 1, ` __pushgate();${own}`]);
  }
  let marked = '';
  let at = 0;
  for (const [place, text, end = place] of marks.sort(([one], [other]) => one - other)) {
    marked += code.slice(at, place) + text;
    at = end;
  }
  return marked + code.slice(at);
}

/** The generators in a part of the program; esbuild has made those of asynchronous ones, for a function of its own. */
function* generatorsOf(node, isAsync = false) {
  if (node.generator) yield { ...node, isAsync };
  const ofAsync = node.type === 'CallExpression' && /^__asyncGenerator\d*$/.test(node.callee.name);
  for (const part of Object.values(node)) {
    for (const child of Array.isArray(part) ? part : [part]) if (typeof child?.type === 'string') yield* generatorsOf(child, ofAsync);
  }
}
