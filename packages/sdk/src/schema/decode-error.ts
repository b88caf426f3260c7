/** JSON that doesn't fit the kind. The message is what upstream's decoder says. */
export class DecodeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DecodeError';
  }
}
