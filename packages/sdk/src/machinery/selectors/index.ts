export { parseFieldSelector, type FieldRequirement } from './field-selector.ts';
export { equalitySelector, labelSelectorOf, parseLabelSelector, type LabelSelectorLike } from './label-selector.ts';
export {
  everything,
  int64Of,
  nothing,
  type Requirement,
  type Selector,
  type SelectorOperator,
  selectorOf,
} from './selector.ts';
