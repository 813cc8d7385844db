/**
 * Ends an operation. Unlike another `AbortController` it tells whether it has been aborted without its signal, which Node
 * makes when it is first asked for, and which is most of what a controller costs.
 */
export class OperationController extends AbortController {
  isAborted = false

  override abort(reason?: unknown): void {
    this.isAborted = true
    super.abort(reason)
  }
}

export function isAborted(controller: AbortController): boolean {
  return controller instanceof OperationController ? controller.isAborted : controller.signal.aborted
}
