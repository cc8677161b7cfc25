// Where there is no host, in unit tests: `answering` of testing.js says what the capabilities answer.

let answers = {};

/** Answers in this way until the function is done. */
export function during(given, run) {
  const before = answers;
  answers = { ...answers, ...given };
  try {
    return run();
  } finally {
    answers = before;
  }
}

export function answer(name, ...asked) {
  if (!answers[name]) {
    throw new Error(`\`${name}\` answers in a component only: a unit test says what it answers, \`answering({ ${name}: () => … }, () => …)\``);
  }
  return answers[name](...asked);
}
