import { describe, expect, test } from 'vitest'
import { type CostOptions, costSettings } from '../../src/cost/cost-options.ts'

describe('the cost options', () => {
  test('have the defaults that they state', () => {
    expect(costSettings({})).toEqual({
      defaultListSize: 10,
      charge: { field: 1, type: 1 },
      preset: 'ibm',
      directives: { cost: 'cost', listSize: 'listSize' },
      maxPlanFields: 20_000,
      maxExactFields: 10_000,
    })
  })

  test('keep the defaults of what is left out inside', () => {
    expect(costSettings({ charge: { field: 3 }, directives: { cost: 'price' } })).toMatchObject({
      charge: { field: 3, type: 1 },
      directives: { cost: 'price', listSize: 'listSize' },
    })
  })

  test.each<{ options: CostOptions; named: string }>([
    { options: { defaultListSize: -1 }, named: 'defaultListSize is -1' },
    { options: { defaultListSize: Number.NaN }, named: 'defaultListSize is NaN' },
    { options: { charge: { field: -0.5 } }, named: 'charge.field is -0.5' },
    { options: { charge: { type: Number.POSITIVE_INFINITY } }, named: 'charge.type is Infinity' },
    { options: { maxPlanFields: 0 }, named: 'maxPlanFields is 0' },
    { options: { maxExactFields: -1 }, named: 'maxExactFields is -1' },
  ])('refuse numbers that cannot be used: $named', ({ options, named }) => {
    expect(() => costSettings(options)).toThrow(RangeError)
    expect(() => costSettings(options)).toThrow(named)
  })

  test('name all that cannot be used at once', () => {
    expect(() => costSettings({ defaultListSize: -1, maxPlanFields: -1 })).toThrow(/defaultListSize.*maxPlanFields/)
  })

  test.each([0, 0.5, Number.POSITIVE_INFINITY])('take a defaultListSize of %d', (defaultListSize) => {
    expect(costSettings({ defaultListSize })).toMatchObject({ defaultListSize })
  })
})
