import type { Shape } from '../machinery/index.ts';

/**
 * An object as it is once it has been stored. Until then a list that is always written tells "empty" from "not said", and
 * who wrote the empty one owns it; afterwards both are null, as upstream's stored form knows no empty lists. Changes the
 * object.
 */
export function settle(shape: Shape, value: unknown): void {
  settlerOf(shape)?.(value);
}

type Settler = (value: unknown) => void;
const nothing = (): void => {};

const compiled = new WeakMap<Shape, Settler>();

/** What has to be done about values of a shape; nothing for most. */
function settlerOf(shape: Shape): Settler | undefined {
  let settler = compiled.get(shape);
  if (!settler) {
    // A shape that holds itself has nothing to do unless something else in it has.
    compiled.set(shape, nothing);
    settler = compile(shape);
    compiled.set(shape, settler);
  }
  return settler === nothing ? undefined : settler;
}

function compile(shape: Shape): Settler {
  switch (shape.type) {
    case 'list':
      return forEach(settlerOf(shape.items), (v) => (Array.isArray(v) ? v : []));
    case 'map':
      return forEach(settlerOf(shape.values), (v) => (typeof v === 'object' && v !== null ? Object.values(v) : []));
    case 'struct': {
      if (shape.read) return nothing;
      const fields = [...shape.fields.values()].flatMap(({ name, presence, shape: of }) => {
        const isHeldList = of.type === 'list' && (presence === 'held' || presence === 'required');
        const inside = settlerOf(of);
        return isHeldList || inside ? [{ name, isHeldList, inside }] : [];
      });
      if (!fields.length) return nothing;
      return (value) => {
        // What is frozen comes out of the store, and is settled.
        if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
        const members = value as Record<string, unknown>;
        for (const { name, isHeldList, inside } of fields) {
          const member = members[name];
          if (isHeldList && Array.isArray(member) && member.length === 0) members[name] = null;
          else inside?.(member);
        }
      };
    }
    default:
      return nothing;
  }
}

const forEach = (settler: Settler | undefined, of: (value: unknown) => unknown[]): Settler =>
  settler ? (value) => of(value).forEach(settler) : nothing;
