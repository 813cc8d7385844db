/** How subscribers hear of orders. What is heard is only that something changed; the order itself is read anew. */
export interface OrderEvents {
  /** Tells the subscribers of an order, on all nodes, that its status has changed. */
  orderStatusChanged(orderId: number): Promise<void>
  /** One item for each change of the order's status from now on, until the signal aborts or the reader returns. */
  subscribe(orderId: number, signal: AbortSignal): Promise<AsyncIterable<unknown>>
}
