import type { Compare, StoredItem } from './backend.ts';

/** Whether a transaction's condition holds for the item its key names, or for its absence. */
export function holds({ target, is, value }: Compare, item: StoredItem | undefined): boolean {
  const order =
    target === 'value'
      ? Buffer.compare(item?.value ?? nothing, value as Uint8Array)
      : numberOf(target, item) - (value as number);
  switch (is) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '>':
      return order > 0;
  }
}

const nothing = new Uint8Array();

function numberOf(target: Exclude<Compare['target'], 'value'>, item: StoredItem | undefined): number {
  if (!item) return 0;
  switch (target) {
    case 'mod':
      return item.modRevision;
    case 'create':
      return item.createRevision;
    case 'version':
      return item.version;
    case 'lease':
      return item.lease;
  }
}
