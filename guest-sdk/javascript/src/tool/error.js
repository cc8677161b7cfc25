/** Why there is no component: a message that names what is wrong, and a hint with the remedy. */
export class BuildError extends Error {
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}
