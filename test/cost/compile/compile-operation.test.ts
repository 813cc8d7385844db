import { describe } from 'vitest'
import { costTable } from '../../support/cost-table.ts'

describe('abstract types', () => {
  costTable(
    `
      type Query { media: Media media2: Media shelf: [Media] @listSize(assumedSize: 10) thing: Thing }
      union Media = Film | Song | Ad
      type Film @cost(weight: "4") { length: Int @cost(weight: "1") cast: [Person] @listSize(assumedSize: 3) }
      type Song @cost(weight: "2") { length: Int @cost(weight: "7") singer: Person }
      type Ad @cost(weight: "0") { price: Int @cost(weight: "100") }
      type Person { name: String }
      interface Thing { tags(n: Int): [Tag] notes: [Tag] lists: Lists owner: Person }
      type Tag { id: ID }
      type Lists @cost(weight: "0") { a: [Tag] b: [Tag] }
      type Small implements Thing {
        tags(n: Int = 3): [Tag] @listSize(slicingArguments: ["n"])
        notes: [Tag] @listSize(assumedSize: 2)
        lists: Lists @listSize(assumedSize: 1, sizedFields: ["a"])
        owner: Person
      }
      type Large implements Thing {
        tags(n: Int = 100): [Tag] @listSize(slicingArguments: ["n"])
        notes: [Tag] @listSize(assumedSize: 30)
        lists: Lists @listSize(assumedSize: 1, sizedFields: ["b"])
        owner: Person
      }
    `,
    [
      {
        name: 'weigh as much as the heaviest possible type',
        operation: '{ media { __typename } }',
        fieldCost: 1,
        typeCost: 5,
      },
      {
        name: 'are joined by max, each total by itself',
        // Film: fields 1, types 3. Song: fields 7, types 0. A film's types and a song's fields.
        operation: '{ media { ... on Film { length cast { name } } ... on Song { seconds: length } } }',
        fieldCost: 1 + 7,
        typeCost: 1 + 4 + 3,
      },
      {
        name: 'are joined by max inside each item of a list',
        operation: '{ shelf { ... on Film { cast { name } } ... on Song { singer { name } length } } }',
        fieldCost: 1 + 10 * 8,
        typeCost: 1 + 10 * (4 + 3),
      },
      {
        name: 'are joined at each place anew',
        operation: '{ media { ... on Film { length } } media2 { ... on Song { length } } }',
        fieldCost: 1 + 1 + 1 + 7,
        typeCost: 1 + 4 + 4,
      },
      {
        name: 'add what is selected on all types to each of them',
        operation:
          '{ media { ... on Song { length } ...Lengths } } fragment Lengths on Media { ... on Film { length } ... on Song { again: length } }',
        fieldCost: 1 + 14,
        typeCost: 1 + 4,
      },
      {
        name: 'keep types apart that differ in a default size alone',
        operation: '{ thing { tags { id } } }',
        fieldCost: 1 + 1,
        typeCost: 1 + 1 + 100,
      },
      {
        name: 'keep types apart that differ in an assumed size alone',
        operation: '{ thing { notes { id } } }',
        fieldCost: 1 + 1,
        typeCost: 1 + 1 + 30,
      },
      {
        name: 'keep types apart that differ in the lists they size alone',
        operation: '{ thing { lists { a { id } } } other: thing { lists { b { id } } } }',
        fieldCost: 2 * (1 + 1 + 1),
        typeCost: 1 + 2 * (1 + 10),
      },
      {
        name: 'let an argument decide for all types alike',
        operation: '{ thing { tags(n: 5) { id } } }',
        fieldCost: 1 + 1,
        typeCost: 1 + 1 + 5,
      },
    ],
  )
})
