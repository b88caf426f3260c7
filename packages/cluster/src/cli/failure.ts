/** Something that the user can mend: printed without a stack, and its message says how. */
export class Failure extends Error {
  override readonly name = 'Failure';
}
