export { parseFieldSelector, type FieldRequirement } from './field-selector.ts';
export { equalitySelector, labelSelectorOf, parseLabelSelector, type LabelSelectorLike } from './label-selector.ts';
export { everything, nothing, type Requirement, type Selector, selectorOf } from './selector.ts';
