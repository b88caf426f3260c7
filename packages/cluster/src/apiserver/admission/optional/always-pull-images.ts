import { allContainers, container as containerSchema, placeOf, type Pod } from '@tiphys/sdk/api';
import { field, type FieldError, lineOf, notSupported, StatusError } from '@tiphys/sdk/machinery';
import { setFields } from '@tiphys/sdk/schema';
import type { AdmissionAttributes, AdmissionPlugin } from '../plugin.ts';
import { refuse } from '../refuse.ts';

const policy = 'Always';

/** Whoever runs an image must be able to pull it, even where its node has it already. */
export const alwaysPullImages: AdmissionPlugin = {
  name: 'AlwaysPullImages',
  matches: { operations: ['CREATE', 'UPDATE'], resources: ['pods'] },

  admit(a) {
    if (hasNoNewImage(a)) return;
    const { spec } = a.object as Pod;
    for (const { container } of allContainers(spec)) {
      if (container.imagePullPolicy !== policy) setFields(containerSchema, container, { imagePullPolicy: policy });
    }
    for (const { image } of spec.volumes ?? []) if (image) image.pullPolicy = policy;
  },

  validate(a) {
    if (hasNoNewImage(a)) return;
    const { spec } = a.object as Pod;
    const at = field('spec');
    const errors: FieldError[] = [];
    for (const placed of allContainers(spec)) {
      const said = placed.container.imagePullPolicy;
      if (said !== policy) errors.push(notSupported(placeOf(placed, at).child('imagePullPolicy'), said, [policy]));
    }
    for (const [i, { image }] of (spec.volumes ?? []).entries()) {
      if (!image || image.pullPolicy === policy) continue;
      const place = at.child('volumes').index(i).child('image').child('pullPolicy');
      errors.push(notSupported(place, image.pullPolicy, [policy]));
    }
    const refusals = errors.map((error) => refuse(a, lineOf(error)).message);
    // Upstream joins refusals into an error that is none itself.
    if (refusals.length) throw new StatusError(500, '', joined(refusals));
  },
};

function hasNoNewImage({ operation, object, oldObject }: AdmissionAttributes): boolean {
  if (operation !== 'UPDATE') return false;
  const old = new Set(allContainers((oldObject as Pod).spec).map(({ container }) => container.image));
  return allContainers((object as Pod).spec).every(({ container }) => old.has(container.image));
}

const joined = (texts: readonly string[]): string => (texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`);
