/**
 * Carries hints between nodes. At most once: who was away has missed it, so a hint never carries what is not also in the
 * database. Order holds per topic and publisher. A subscriber that throws harms nobody else.
 */
export abstract class Bus {
  abstract publish(topic: string, hint: string): Promise<void>;
  /** Resolves when the subscription is live. Call the result to leave. */
  abstract subscribe(topic: string, onHint: (hint: string) => void): Promise<() => Promise<void>>;
}
