import { setting } from '../settings/setting.ts'

export const cost = setting
  .section({
    defaultListSize: setting
      .numberOrInfinity(0)
      .default(10)
      .describe(
        'How many items a list is taken to have where neither @listSize nor an argument tells. With .inf, operations ' +
          'that ask for such a list are refused.',
      ),
    charge: setting
      .section({
        field: setting.number(0).default(1).describe('What one unit of field cost adds to the cost.'),
        type: setting.number(0).default(1).describe('What one unit of type cost adds to the cost.'),
      })
      .prefault({})
      .describe('What is charged: cost = field × field cost + type × type cost, rounded up.'),
  })
  .prefault({})
  .describe('How weights become a cost.')
