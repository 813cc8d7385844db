/**
 * An admission that lets everything run and charges nothing: no guard, no price, no budget, no deadline that anybody
 * meets, no overload control. Documents are still validated once, and kept, as Apollo Server does by itself.
 */
export function allowAll({ validate }) {
  const report = { states: [] }
  const prepared = new WeakMap()

  function preparedOf(document, operationName) {
    const kept = prepared.get(document)
    if (kept !== undefined) return kept
    const operations = document.definitions.filter(({ kind }) => kind === 'OperationDefinition')
    const operation = operations.find(({ name }) => operationName === undefined || name?.value === operationName)
    const fragments = document.definitions.filter(({ kind }) => kind === 'FragmentDefinition')
    const made = { operation, fragments: new Map(fragments.map((one) => [one.name.value, one])), plan: UNPRICED }
    prepared.set(document, made)
    return made
  }

  function admit({ document, operationName, variables, client }) {
    const admitted = {
      prepared: preparedOf(document, operationName),
      variables,
      reservation: NOTHING_RESERVED,
      used: undefined,
      seat: undefined,
      tier: client.tier,
      timeoutMs: 60_000,
    }
    return { kind: 'admitted', admitted, report }
  }

  return {
    arrive: () => undefined,
    deny: () => undefined,
    isFull: () => false,
    turnAway: () => undefined,
    inspect: () => undefined,
    validate,
    admit,
    admitThen: (request, next) => next(admit(request)),
    admitTogether: async (requests) => requests.map(admit),
    chargeRequest: async () => ({ report, denied: undefined }),
    tierOf: () => undefined,
    look: async () => [],
    events: { take: async () => NOTHING_CHARGED, takeSeveral: async () => NOTHING_CHARGED },
    measure: () => NO_COST,
    settle: () => report,
  }
}

const NO_COST = { cost: 0 }
const NOTHING_RESERVED = { charges: [] }

const noSizes = () => undefined
const UNPRICED = { sizes: () => noSizes }

const NOTHING_CHARGED = { kind: 'charged', delayMs: 0, states: [], giveBack: () => undefined }
