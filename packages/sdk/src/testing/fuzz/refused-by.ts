type Refusal = abstract new (...args: never[]) => Error;

/** Does it; what is thrown must be a refusal of one of these very classes, not of one derived from them. */
export function refusedBy(classes: readonly Refusal[], act: () => void): void {
  try {
    act();
  } catch (err) {
    if (!classes.some((c) => err instanceof Error && err.constructor === c)) throw err;
  }
}

/** The same of what takes its time. */
export async function refusedLaterBy(classes: readonly Refusal[], act: () => Promise<unknown>): Promise<void> {
  await act().catch((err: unknown) =>
    refusedBy(classes, () => {
      throw err;
    }),
  );
}
