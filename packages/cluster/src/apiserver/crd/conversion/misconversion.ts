import { StatusError } from '@tiphys/sdk/machinery';

/** Upstream's words for what may go wrong, which it counts by. */
export type MisconversionType =
  | 'conversion_webhook_call_failure'
  | 'conversion_webhook_malformed_response_failure'
  | 'conversion_webhook_partial_response_failure'
  | 'conversion_webhook_invalid_converted_object_failure';

interface Telling {
  /** How the webhook failed, what it did, or something that stands by itself. */
  readonly says?: 'how' | 'what' | 'all';
  /** Nobody answered: nor would they for fewer objects. */
  readonly isUnreached?: boolean;
}

/** A webhook didn't convert. */
export class Misconversion extends Error {
  readonly type: MisconversionType;
  readonly isUnreached: boolean;
  readonly #says: NonNullable<Telling['says']>;

  constructor(type: MisconversionType, message: string, { says = 'how', isUnreached = false }: Telling = {}) {
    super(message);
    this.type = type;
    this.isUnreached = isUnreached;
    this.#says = says;
  }

  /** As clients are told of it, of an object that says what it is. */
  toldOf({ apiVersion, kind }: { readonly apiVersion?: string; readonly kind?: string }): StatusError {
    const of = `conversion webhook for ${apiVersion}, Kind=${kind}`;
    const told = { how: `${of} failed: ${this.message}`, what: `${of} ${this.message}`, all: this.message };
    return new StatusError(500, '', told[this.#says]);
  }
}
