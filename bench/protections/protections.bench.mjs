// What each protection costs an operation that has come before, in microseconds: its own code in a loop, within one
// process, with budgets that a lease from a real Redis serves. Run with `npm run protections` in bench/.
import { createRequire } from 'node:module'
import { setImmediate } from 'node:timers/promises'
import { admissionRecord, BriefContext } from '../../dist/admission/admission-context.js'
import { operationCharges } from '../../dist/admission/charging/charges.js'
import { priceOperation } from '../../dist/admission/price-operation.js'
import { settled } from '../../dist/admission/report/operation-report.js'
import { reportHeaders } from '../../dist/admission/report/report-headers.js'
import { openOperations, openOverload } from '../../dist/composition/open-admission.js'
import { openShared } from '../../dist/composition/open-shared.js'
import { loadConfig } from '../../dist/config/load-config.js'
import { createExecutor } from '../../dist/execution/compiled/executor.js'
import { createAnswerBound } from '../../dist/execution/containment/answer-bound.js'
import { beginContainment, containSchema } from '../../dist/execution/containment/contain-schema.js'
import { executeWithDeadline } from '../../dist/execution/execute-with-deadline.js'
import { OperationController } from '../../dist/execution/operation-controller.js'
import { createLogger } from '../../dist/telemetry/logger.js'
import { createMetrics } from '../../dist/telemetry/metrics.js'
import { startRedis } from '../budget/redis-server.mjs'
import { machine } from '../peers/machine.mjs'
import { resolvers, SDL } from '../peers/schema.mjs'
import { median } from '../peers/statistics.mjs'
import { writeConfig } from '../peers/tollgate/write-config.mjs'
import { WORK } from '../peers/work.mjs'

const { makeExecutableSchema } = createRequire(new URL('../../package.json', import.meta.url))('@graphql-tools/schema')

const SAMPLES = Number(process.env.SAMPLES ?? 25)
const RUNS = 400
const WARM_UP_RUNS = 40_000
const CLIENT = { id: 'bench', tenant: 'bench', tier: 'premium', role: 'client', anonymous: false }

const redis = await startRedis()
const file = writeConfig({ key: 'bench' })
process.env.TOLLGATE_CONFIG = file.path
process.env.REDIS_URL = redis.url
const closers = []
try {
  const { processors, node } = machine()
  console.log(`${processors}, Node ${node}; median of ${SAMPLES} samples of ${RUNS} runs, µs\n`)
  const rows = {}
  for (const work of ['tiny', 'facts']) {
    for (const [name, micros] of Object.entries(await measureWork(WORK[work]))) {
      rows[name] ??= {}
      rows[name][work] = micros.toFixed(2)
    }
  }
  console.log('| protection | tiny | FACTS |\n|---|---:|---:|')
  for (const [name, { tiny, facts }] of Object.entries(rows)) console.log(`| ${name} | ${tiny} | ${facts} |`)
} finally {
  for (const close of closers.reverse()) await close()
  await redis.stop()
  file.remove()
}

async function measureWork({ query: source, variables = {} }) {
  const config = loadConfig()
  const logger = createLogger({ level: config.log.level })
  const metrics = createMetrics()
  const { store } = await openShared(config, undefined, logger, metrics, closers)
  const bare = makeExecutableSchema({ typeDefs: SDL, resolvers })
  const schema = containSchema(makeExecutableSchema({ typeDefs: SDL, resolvers }))
  const operations = openOperations(config, schema, logger)
  const overload = openOverload(config, metrics, closers)
  const tier = config.tiers.premium
  const policy = { ipBudget: config.ipBudget, globalBudgets: [], tiers: new Map(), clientTiers: new Map() }
  const document = operations.validate(source)
  const request = { client: CLIENT, source, document, operationName: undefined, variables, mode: 'headers' }
  const price = () => priceOperation({ schema, operations }, request, tier)
  const { prepared, price: priced, coerced } = price()
  const cost = priced.estimate.cost
  const executor = createExecutor()
  const executed = (schema, isContained) => {
    const contextValue = new BriefContext(CLIENT, admissionRecord('headers', 0))
    if (isContained) {
      const { controller } = contextValue
      beginContainment(schema, contextValue, { controller, sizeOf: prepared.plan.sizes(variables) })
    }
    return executor.execute({ schema, document, contextValue, variableValues: variables }, keys.get(schema), coerced)
  }
  const keys = new Map([bare, schema].map((one) => [one, {}]))
  const { data } = executed(bare, false)
  const bound = createAnswerBound(schema, prepared.operation, prepared.fragments)

  const address = { budget: policy.ipBudget, subject: '10.0.0.1', amount: 1 }
  const ofAddress = { tenant: 'ip:10.0.0.1', charges: [address], ttlMs: 0 }
  const charges = () => operationCharges(policy, tier, CLIENT, { cost, selections: () => 0 })
  const ofClient = { tenant: CLIENT.tenant, charges: charges(), ttlMs: 50_000 }
  await untilLeased(store, ofAddress)
  await untilLeased(store, ofClient)
  const { states } = store.takeNow({ ...ofClient, id: 'states', isOnly: true })
  const report = { estimate: priced.estimate, states }
  const used = { cost, responseBytes: undefined }
  const after = settled(report, ofClient.charges, used)
  let ids = 0
  const take = (request) => store.takeNow({ ...request, id: `id-${ids++}`, isOnly: true })

  return await measure({
    'document: guard and validation, looked up': () => operations.inspect(source) ?? operations.validate(source),
    'price: variables, slices, estimate': price,
    'budget of the address': () => take(ofAddress),
    'budgets of the client: taken and settled': () => {
      const taken = take({ ...ofClient, charges: charges() })
      if (taken?.admitted)
        store.settleNow(
          taken.reservation,
          taken.reservation.charges.map(({ amount }) => amount),
        )
    },
    'seat: overload control': () => overload.enter({ priority: 3, cost }).leave('completed'),
    'execution, bare (for comparison)': () => executed(bare, false),
    'execution, contained': () => executed(schema, true),
    deadline: () => executeWithDeadline(() => data, 20_000, new OperationController()),
    'size of the answer, where writing it does not tell': () => bound(data),
    'cost of the answer, measured': () => prepared.plan.measure(data, variables),
    'report: what is left, as headers': () => reportHeaders(settled(report, ofClient.charges, used), Date.now()),
    metrics: () =>
      metrics.operation({
        tier: 'premium',
        outcome: 'completed',
        estimatedCost: cost,
        actualCost: after.actualCost,
        durationMs: 1,
      }),
  })
}

/** Takes until a lease answers at once. */
async function untilLeased(store, request) {
  for (let id = 0; store.takeNow({ ...request, id: `first-${id}`, isOnly: true }) === undefined; id++) {
    await store.take({ ...request, id: `first-${id}`, isOnly: true })
  }
}

/** Samples take turns, and the loop turns between them, so that leases are renewed. */
async function measure(parts) {
  for (const run of Object.values(parts)) {
    for (let runs = 0; runs < WARM_UP_RUNS; runs += RUNS) await sample(run)
  }
  const samples = Object.fromEntries(Object.keys(parts).map((name) => [name, []]))
  for (let round = 0; round < SAMPLES; round++) {
    for (const [name, run] of Object.entries(parts)) samples[name].push(await sample(run))
  }
  return Object.fromEntries(Object.entries(samples).map(([name, micros]) => [name, median(micros)]))
}

async function sample(run) {
  await setImmediate()
  const fromMs = performance.now()
  for (let time = 0; time < RUNS; time++) run()
  return ((performance.now() - fromMs) * 1000) / RUNS
}
