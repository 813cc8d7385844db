import type { GraphQLSchema } from 'graphql'
import { type Admission, createAdmission } from '../admission/admission.ts'
import type { DocumentStore } from '../admission/documents/document-store.ts'
import { createDocuments, type Documents } from '../admission/documents/documents.ts'
import { createKeptDocuments } from '../admission/documents/kept-documents.ts'
import { readManifest } from '../admission/documents/read-manifest.ts'
import { refusedDocuments } from '../admission/documents/refused-documents.ts'
import { createPreparedOperations, type PreparedOperations } from '../admission/prepared-operations.ts'
import type { BudgetStore } from '../budget/budget-store.ts'
import type { Config } from '../config/config.ts'
import { createCostModel } from '../cost/cost-model.ts'
import { createOverloadControl, type OverloadControl } from '../guard/overload/overload-control.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Closers } from './closers.ts'
import { uniqueIds } from './unique-ids.ts'
import type { Rules } from './watch-rules.ts'

export function openOperations(config: Config, schema: GraphQLSchema, logger: Logger): PreparedOperations {
  const model = createCostModel(schema, config.cost)
  for (const { coordinate, message } of model.warnings) logger.warn({ coordinate }, message)
  return createPreparedOperations({ schema, model, limits: config.guard, introspection: config.introspection })
}

export function openDocuments(
  { documents: { mode, manifest: path, apq, keepForMs } }: Config,
  operations: PreparedOperations,
  store: DocumentStore | undefined,
  logger: Logger,
  metrics: Metrics,
): Documents {
  const manifest = path === undefined ? undefined : readManifest(path)
  const refused = manifest && refusedDocuments(manifest, operations)
  for (const document of refused ?? []) logger.warn(document, 'a document of the manifest would be refused')
  const kept = createKeptDocuments({
    store,
    keepForMs,
    nowMs: () => performance.now(),
    onStoreFailure: (err) => logger.warn({ err }, 'documents are not shared with other servers'),
  })
  return createDocuments({
    mode,
    manifest,
    ...(apq && { kept }),
    onUnknownDocument(source) {
      metrics.unknownDocument()
      logger.debug({ document: source.slice(0, 200) }, 'a document is not in the manifest')
    },
  })
}

export function openOverload(
  { overload: { mode, ...limits } }: Config,
  metrics: Metrics,
  closers: Closers,
): OverloadControl | undefined {
  if (mode === 'off') return undefined
  const overload = createOverloadControl(limits)
  closers.push(async () => overload.close())
  metrics.overload(overload.state)
  return overload
}

export function openAdmission(
  operations: PreparedOperations,
  schema: GraphQLSchema,
  store: BudgetStore,
  overload: OverloadControl | undefined,
  rules: Rules,
  logger: Logger,
  metrics: Metrics,
): Admission {
  return createAdmission({
    schema,
    store,
    operations,
    overload,
    policy: () => rules.policy,
    newId: uniqueIds(),
    onSettleFailure: (err) => logger.error({ err }, 'an operation was not settled: its estimate stays charged'),
    onBudgetEvent(event) {
      metrics.budgetEvent(event)
      const { kind, tier, budget, level } = event
      if (kind === 'over-soft-threshold') logger.debug({ tier, budget, level }, 'a budget is over its soft threshold')
    },
  })
}
