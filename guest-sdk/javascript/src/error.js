// Errors that come from the contract.

export class ContractError extends Error {
  constructor(error, text) {
    super(text === undefined ? error : `${error}: ${text}`);
    this.name = new.target.name;
    this.case = error;
    this.text = text;
  }

  /** What the hook answers when it does not catch the error. */
  refusal() {
    throw new Error(`${this.name} says nothing about the refusal`);
  }
}

/** Calls an import whose failure is a case of the error: of one of its own kind in unit tests, in `payload` in a component. */
export function call(Kind, ask) {
  try {
    return ask();
  } catch (error) {
    const failure = error?.payload;
    if (typeof failure?.tag !== 'string') throw error;
    throw new Kind(failure.tag, failure.val ?? undefined);
  }
}
