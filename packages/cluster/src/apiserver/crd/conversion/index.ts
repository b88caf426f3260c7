/**
 * Conversion of custom resources by webhooks. Objects are kept in one version, and whoever wants another has it made by the webhook
 * of the definition, which is asked with a ConversionReview and believed in everything but metadata. What it does wrong is told in
 * upstream's words.
 */
export { ConversionMetrics } from './metrics.ts';
export { type ConversionWorld, WebhookConverter } from './converter.ts';
