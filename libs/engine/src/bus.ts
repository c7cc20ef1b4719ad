/**
 * Carries hints between nodes. At most once: who was away has missed it, so a hint never carries what is not also in the
 * database. Order holds per topic and publisher. A subscriber that throws harms nobody else.
 */
export abstract class Bus {
  /** Whether hints can arrive at the moment, as far as this node knows. While they cannot, read more often. */
  abstract readonly isLive: boolean;
  /** Grows whenever hints may have been missed since the last look: who keeps what hints would have changed lets go of it then. */
  abstract readonly gaps: number;
  /**
   * Resolves with how many other nodes were listening at that moment. Rejects at once, and with nothing of the hint in the error,
   * where the carrier is away or does not keep up.
   */
  abstract publish(topic: string, hint: string): Promise<number>;
  /**
   * Resolves when the subscription is live. Where the carrier is away it resolves all the same, and is live as soon as the
   * carrier is back. Call the result to leave.
   */
  abstract subscribe(topic: string, onHint: (hint: string) => void): Promise<() => Promise<void>>;
}
