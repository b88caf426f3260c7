import { Beginnings, Trail } from '../trail.ts';
import { type Difference, withPart } from './difference.ts';

/** Tells what differs in a value from one that is known beforehand. */
export type Walk = (next: unknown) => Difference | undefined;

/** A member or an item, as a walk comes to it. */
export interface Part {
  readonly element: string;
  readonly walk: Walk;
  /** What an item's element is made of. */
  readonly keys?: readonly unknown[];
  /** How much more it leaves that steps can't tell, or less. */
  readonly untold?: number;
}

/**
 * Where a walk through the parts of a value stands: at one of them, after certain others. Values that are made alike are walked
 * through in the same steps, and what is told at the last of them is known by then.
 */
export class Step extends Trail<Difference | undefined, Step> {
  readonly walk: Walk;
  readonly keys: readonly unknown[];
  readonly told: Difference | undefined;
  readonly untold: number;

  constructor(told: Difference | undefined, untold: number, name = '', inside?: Difference, part?: Part) {
    super(name, inside);
    this.walk = part?.walk ?? nowhere;
    this.keys = part?.keys ?? [];
    this.told = part ? withPart(told, part.element, inside) : told;
    this.untold = untold + (part?.untold ?? 0);
  }

  /** The step to a part that nobody took before. */
  begin(name: string, inside: Difference | undefined, part: Part): Step {
    return this.add(beginnings.counted(new Step(this.told, this.untold, name, inside, part)));
  }
}

const nowhere: Walk = () => undefined;

const beginnings = new Beginnings();

/** Where walks begin: with what is told of the value itself, and how much there is that steps are yet to tell. */
export const startOf = (told: Difference | undefined, untold = 0): (() => Step) =>
  beginnings.of(() => new Step(told, untold));
