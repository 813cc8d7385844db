import type { CostDirectiveNames } from './schema/cost-directives.ts'

/** How a model turns a schema into weights, and totals into a cost. */
export interface CostOptions {
  /**
   * How many items a list has when neither `@listSize`, an argument nor the parent says so. `Infinity` makes such an
   * operation unbounded: its estimate says so and can be refused.
   * @default 10
   */
  readonly defaultListSize?: number
  /** What a unit of each total costs: `cost = field · fieldCost + type · typeCost`. @default { field: 1, type: 1 } */
  readonly charge?: { readonly field?: number; readonly type?: number }
  /**
   * `ibm` follows the IBM GraphQL Cost Directives specification. `apolloRouter` reproduces the single number of that
   * gateway's demand control as `fieldCost + typeCost`: composite fields weigh 0, `Mutation` 10, `Query` and
   * `Subscription` 0, and arguments are paid once per list item.
   * @default 'ibm'
   */
  readonly preset?: 'ibm' | 'apolloRouter'
  /** The names of the directives in this schema. @default { cost: 'cost', listSize: 'listSize' } */
  readonly directives?: Partial<CostDirectiveNames>
  /**
   * How many fields a plan may hold after fragments are expanded and abstract types are split. A larger operation is
   * refused with a `CostPlanError`, and so is one that takes more than ten steps a field to expand: a step is a
   * selection, or a condition around it, looked at for one possible type.
   * @default 20000
   */
  readonly maxPlanFields?: number
  /**
   * How many of those fields a plan may hold, and in proportion how many steps it may take, with the possible types of
   * interfaces and unions told apart. From there on types that differ are joined: still an upper bound, and the plan
   * says that it is `approximate`. 0 tells no types apart.
   * @default half of maxPlanFields
   */
  readonly maxExactFields?: number
}

/** The options with every default filled in. */
export interface CostSettings {
  readonly defaultListSize: number
  readonly charge: { readonly field: number; readonly type: number }
  readonly preset: 'ibm' | 'apolloRouter'
  readonly directives: CostDirectiveNames
  readonly maxPlanFields: number
  readonly maxExactFields: number
}

/** Fills in the defaults. Throws a RangeError that names every option that is no usable number. */
export function costSettings(options: CostOptions): CostSettings {
  const maxPlanFields = options.maxPlanFields ?? 20_000
  const settings: CostSettings = {
    defaultListSize: options.defaultListSize ?? 10,
    charge: { field: options.charge?.field ?? 1, type: options.charge?.type ?? 1 },
    preset: options.preset ?? 'ibm',
    directives: { cost: options.directives?.cost ?? 'cost', listSize: options.directives?.listSize ?? 'listSize' },
    maxPlanFields,
    maxExactFields: options.maxExactFields ?? maxPlanFields / 2,
  }
  const mistakes: string[] = []
  const expect = (name: string, found: number, usable: boolean, allowed: string) => {
    if (!usable) mistakes.push(`${name} is ${found}; ${allowed} is allowed`)
  }
  const { defaultListSize, charge, maxExactFields } = settings
  expect('defaultListSize', defaultListSize, defaultListSize >= 0, 'a number from 0 to Infinity')
  expect('charge.field', charge.field, charge.field >= 0 && charge.field < Infinity, 'a number from 0')
  expect('charge.type', charge.type, charge.type >= 0 && charge.type < Infinity, 'a number from 0')
  expect('maxPlanFields', maxPlanFields, maxPlanFields >= 1, 'a number from 1')
  expect('maxExactFields', maxExactFields, maxExactFields >= 0, 'a number from 0')
  if (mistakes.length > 0) throw new RangeError(`The cost options do not fit: ${mistakes.join('; ')}.`)
  return settings
}
